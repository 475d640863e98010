from whatworks.errors import FileError, FileProblem


def test_a_problem_names_file_row_column_what_was_found_and_what_to_do():
    problem = FileProblem('found "12345".', "A URN has six digits.", row=1204, column="URN")

    assert problem.describe("schools.csv") == (
        'schools.csv, row 1204, column "URN": found "12345". A URN has six digits.'
    )


def test_a_file_error_shows_fifty_problems_and_counts_the_rest():
    problems = [FileProblem("found nothing.", "Fill it.", row=row) for row in range(2, 264)]

    lines = str(FileError("a.csv", problems)).splitlines()

    assert len(lines) == 52
    assert lines[-2:] == ["and 212 more problems in a.csv.", "Nothing was saved."]
