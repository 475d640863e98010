"""Codes as enumerations: one member for each row of the list files, nothing else."""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "Approach",
    "BroadArea",
    "KeyStage",
    "Need",
    "Outcome",
    "Phase",
    "Provision",
    "Setting",
    "SpecialPlace",
    "StaffRole",
]


class Need(StrEnum):
    """Type of need, with ADHD as an own label reported under SEMH."""

    SPLD = "SPLD"
    MLD = "MLD"
    SLD = "SLD"
    PMLD = "PMLD"
    SEMH = "SEMH"
    ADHD = "ADHD"
    SLCN = "SLCN"
    ASD = "ASD"
    HI = "HI"
    VI = "VI"
    MSI = "MSI"
    PD = "PD"
    DS = "DS"
    OTH = "OTH"
    NSA = "NSA"


class BroadArea(StrEnum):
    """Broad area of need."""

    CI = "CI"
    CL = "CL"
    SEMH = "SEMH"
    SP = "SP"


class Phase(StrEnum):
    """Phase of education."""

    EY = "EY"
    NS = "NS"
    P = "P"
    MDP = "MDP"
    S = "S"
    MDS = "MDS"
    P16 = "P16"
    AT = "AT"
    NA = "NA"


class KeyStage(StrEnum):
    """Key stage."""

    EYFS = "EYFS"
    KS1 = "KS1"
    KS2 = "KS2"
    KS3 = "KS3"
    KS4 = "KS4"
    KS5 = "KS5"


class Provision(StrEnum):
    """SEN provision of a pupil."""

    E = "E"
    K = "K"
    N = "N"


class SpecialPlace(StrEnum):
    """Kind of special places in a mainstream school."""

    RP = "RP"
    SU = "SU"
    RPSU = "RPSU"


class Setting(StrEnum):
    """Where the work with pupils took place."""

    MAINSTREAM = "mainstream"
    MAINSTREAM_CLASS = "mainstream_class"
    WITHDRAWAL = "withdrawal"
    RESOURCED_PROVISION = "resourced_provision"
    SEN_UNIT = "sen_unit"
    PUPIL_SUPPORT_UNIT = "pupil_support_unit"
    OUT_OF_HOURS = "out_of_hours"
    SPECIAL_SCHOOL = "special_school"
    ALTERNATIVE_PROVISION = "alternative_provision"
    HOSPITAL_SCHOOL = "hospital_school"
    EARLY_YEARS_SETTING = "early_years_setting"
    POST_16 = "post_16"
    HOME = "home"
    CLINIC = "clinic"
    COMMUNITY = "community"
    ONLINE = "online"


class Approach(StrEnum):
    """What was done, and the groups of approaches."""

    TEACHING_ORGANISATION = "teaching_organisation"
    ONE_TO_ONE_TUITION = "one_to_one_tuition"
    SMALL_GROUP_TUITION = "small_group_tuition"
    MEDIUM_GROUP_TUITION = "medium_group_tuition"
    PEER_ASSISTED_LEARNING = "peer_assisted_learning"
    CROSS_AGE_TUTORING = "cross_age_tutoring"
    ONLINE_TUTORING = "online_tutoring"
    COMPUTER_ASSISTED_INSTRUCTION = "computer_assisted_instruction"
    WHOLE_CLASS_TEACHING = "whole_class_teaching"
    ACTIVE_RESPONDING = "active_responding"
    OTHER_TEACHING_ORGANISATION = "other_teaching_organisation"
    CONTENT_TAUGHT = "content_taught"
    DECODING = "decoding"
    FLUENCY = "fluency"
    COMPREHENSION = "comprehension"
    VOCABULARY = "vocabulary"
    MULTIPLE_READING = "multiple_reading"
    SPELLING_WRITING = "spelling_writing"
    ORAL_LANGUAGE = "oral_language"
    NUMBER_SENSE = "number_sense"
    OPERATIONS = "operations"
    FRACTIONS = "fractions"
    ALGEBRA = "algebra"
    GEOMETRY = "geometry"
    PROBLEM_SOLVING = "problem_solving"
    MULTIPLE_MATHS = "multiple_maths"
    METACOGNITION = "metacognition"
    GENERAL_ACADEMIC = "general_academic"
    ORGANISATION_SKILLS = "organisation_skills"
    SEMH_SUPPORT = "semh_support"
    CBT = "cbt"
    MINDFULNESS = "mindfulness"
    POSITIVE_PSYCHOLOGY = "positive_psychology"
    SOCIAL_EMOTIONAL_LEARNING = "social_emotional_learning"
    SOCIAL_SKILLS_TRAINING = "social_skills_training"
    BEHAVIOUR_SUPPORT = "behaviour_support"
    MENTORING = "mentoring"
    COUNSELLING = "counselling"
    NURTURE_GROUP = "nurture_group"
    ANTI_BULLYING = "anti_bullying"
    CHARACTER_EDUCATION = "character_education"
    RISK_PREVENTION = "risk_prevention"
    MINDSET_MESSAGES = "mindset_messages"
    PHYSICAL_ACTIVITY = "physical_activity"
    PARENT_PROGRAMME = "parent_programme"
    PEER_SUPPORT = "peer_support"
    COMMUNICATION_SUPPORT = "communication_support"
    SPEECH_LANGUAGE_THERAPY = "speech_language_therapy"
    AAC = "aac"
    NATURALISTIC_COMMUNICATION = "naturalistic_communication"
    VISUAL_SUPPORTS = "visual_supports"
    SOCIAL_STORIES = "social_stories"
    VIDEO_MODELLING = "video_modelling"
    CHOICE_MAKING = "choice_making"
    PROMPTING = "prompting"
    SENSORY_PHYSICAL_SUPPORT = "sensory_physical_support"
    HEARING_SUPPORT = "hearing_support"
    VISION_SUPPORT = "vision_support"
    ASSISTIVE_TECHNOLOGY = "assistive_technology"
    MOTOR_PROGRAMME = "motor_programme"
    SENSORY_APPROACH = "sensory_approach"
    STAFF_AND_SCHOOL = "staff_and_school"
    STAFF_COACHING = "staff_coaching"
    CLASSROOM_ORGANISATION_TRAINING = "classroom_organisation_training"
    SUBJECT_TRAINING = "subject_training"
    PROGRAMME_TRAINING = "programme_training"
    PROGRESS_MONITORING = "progress_monitoring"
    INCENTIVES = "incentives"
    CURRICULUM_PROGRAMME = "curriculum_programme"
    CURRICULUM_PROGRAMME_TECHNOLOGY = "curriculum_programme_technology"
    WHOLE_SCHOOL_PROGRAMME = "whole_school_programme"
    EARLY_EDUCATION = "early_education"
    CLASS_SIZE = "class_size"
    SCHOOL_CHOICE = "school_choice"
    TA_DEPLOYMENT = "ta_deployment"
    INCLUSIVE_PLACEMENT = "inclusive_placement"
    ATTENDANCE_SUPPORT = "attendance_support"
    COGNITIVE_TRAINING = "cognitive_training"
    WORKING_MEMORY_TRAINING = "working_memory_training"
    EXECUTIVE_FUNCTION_TRAINING = "executive_function_training"
    ADULTHOOD_PREPARATION = "adulthood_preparation"
    SELF_DETERMINATION = "self_determination"
    LIFE_SKILLS = "life_skills"
    SUPPORTED_EMPLOYMENT = "supported_employment"
    TRANSITION_PLANNING = "transition_planning"
    OTHER_APPROACH = "other_approach"


class Outcome(StrEnum):
    """What was measured, and the groups of outcomes."""

    ATTAINMENT = "attainment"
    READING = "reading"
    WRITING = "writing"
    SPELLING = "spelling"
    MATHEMATICS = "mathematics"
    LANGUAGE = "language"
    SCIENCE = "science"
    GENERAL_ATTAINMENT = "general_attainment"
    COGNITION = "cognition"
    WORKING_MEMORY = "working_memory"
    ATTENTION = "attention"
    EXECUTIVE_FUNCTION = "executive_function"
    REASONING = "reasoning"
    OTHER_COGNITION = "other_cognition"
    PARTICIPATION = "participation"
    BEHAVIOUR = "behaviour"
    ENGAGEMENT = "engagement"
    BULLYING = "bullying"
    ATTENDANCE = "attendance"
    EXCLUSION = "exclusion"
    BELONGING = "belonging"
    MENTAL_HEALTH = "mental_health"
    ANXIETY = "anxiety"
    DEPRESSION = "depression"
    WELLBEING = "wellbeing"
    EMOTIONAL_SYMPTOMS = "emotional_symptoms"
    SELF_CONCEPT = "self_concept"
    SOCIAL_INDEPENDENCE = "social_independence"
    SOCIAL_SKILLS = "social_skills"
    ATTITUDES = "attitudes"
    COMMUNICATION = "communication"
    INDEPENDENCE = "independence"
    SELF_DETERMINATION = "self_determination"
    MOTOR_SKILLS = "motor_skills"
    IDENTIFICATION_ACCURACY = "identification_accuracy"
    ADULTHOOD = "adulthood"
    EMPLOYMENT = "employment"
    INDEPENDENT_LIVING = "independent_living"
    COMMUNITY = "community"
    HEALTH = "health"


class StaffRole(StrEnum):
    """Who worked with the pupils."""

    SCHOOL_STAFF = "school_staff"
    TEACHER = "teacher"
    TEACHING_ASSISTANT = "teaching_assistant"
    SENCO = "senco"
    SPECIALIST_TEACHER = "specialist_teacher"
    QTVI = "qtvi"
    QTMSI = "qtmsi"
    TOD = "tod"
    HEALTH_OR_PSYCHOLOGY = "health_or_psychology"
    EDUCATIONAL_PSYCHOLOGIST = "educational_psychologist"
    SPEECH_LANGUAGE_THERAPIST = "speech_language_therapist"
    OCCUPATIONAL_THERAPIST = "occupational_therapist"
    PHYSIOTHERAPIST = "physiotherapist"
    MENTAL_HEALTH_PRACTITIONER = "mental_health_practitioner"
    EXTERNAL = "external"
    RESEARCHER = "researcher"
    EXTERNAL_TUTOR = "external_tutor"
    VOLUNTEER = "volunteer"
    PEER = "peer"
    OLDER_PUPIL = "older_pupil"
    PARENT = "parent"
    COMPUTER = "computer"
