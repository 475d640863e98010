# Write reference results as JSON in the format of tests/oracle/README.md; base R only.

number <- function(x) {
  if (is.na(x)) return("null")
  if (is.infinite(x)) return(if (x > 0) "\"Infinity\"" else "\"-Infinity\"")
  # The fewest digits that give back the same double.
  for (digits in 15:17) {
    text <- formatC(x, digits = digits, format = "g", width = 1)
    if (as.numeric(text) == x) return(text)
  }
  text
}

quoted <- function(x) paste0("\"", gsub("\"", "\\\\\"", x), "\"")

json <- function(x, array = FALSE) {
  if (is.list(x)) {
    if (is.null(names(x))) return(paste0("[", paste(sapply(x, json), collapse = ", "), "]"))
    parts <- mapply(function(name, value) paste0(quoted(name), ": ", value), names(x),
                    sapply(x, json, array = array))
    return(paste0("{", paste(parts, collapse = ", "), "}"))
  }
  items <- if (is.character(x)) sapply(x, quoted) else if (is.logical(x)) tolower(as.character(x)) else sapply(as.numeric(x), number)
  if (length(items) == 1 && !array) return(unname(items))
  paste0("[", paste(items, collapse = ", "), "]")
}

software <- paste0(R.version.string, ", metafor ", packageVersion("metafor"))

# Evaluate a call given as text where it sees exactly the objects of `input`.
case <- function(id, call, input, tol, options = list(), source = "made-up numbers") {
  result <- eval(parse(text = call), envir = list2env(input, parent = globalenv()))
  paste0("{\"id\": ", quoted(id), ", \"source\": ", quoted(source), ", \"software\": ", quoted(software),
         ",\n  \"call\": ", quoted(call),
         ",\n  \"options\": ", if (length(options)) json(options) else "{}", ", \"tol\": ", number(tol),
         ",\n  \"input\": ", json(lapply(input, as.list), array = TRUE),
         ",\n  \"expected\": ", json(lapply(result, function(x) if (is.character(x)) x else as.numeric(x))), "}")
}

write_cases <- function(cases, file) {
  writeLines(paste0("[\n", paste(cases, collapse = ",\n"), "\n]"), file)
}
