"""The budgets that bound work on untrusted input, each with its reason.

A config, an answer sheet or a document may come from anybody. Each budget is far above what a person writes
and far below what would fill the memory or keep a reader waiting; past one, the message names it. It must not
know what is read or computed: those who do compare with it.
"""

# Text. Read at about 30 MB/s; a line is searched by patterns whose time may grow with its square.
FILE_BYTES = 32_000_000
DOCUMENT_CHARACTERS = 8_000_000  # of prose, in which every line may hold numbers: 1 MB takes seconds
LINE_CHARACTERS = 10_000  # of a line, a row of a table or a formula
TEXT_CHARACTERS = 500  # of a title or a source, repeated on every page
ID_CHARACTERS = 200  # of a name in an answer sheet
NUMBER_CHARACTERS = 100  # of a number; a float64 needs 25, and turning digits into a number is quadratic
NAME_CHARACTERS = 60  # of a unit, a parameter or a layer: it stands in every formula

# Structure. Trees are walked by recursion, and Python's stack holds 1,000 calls.
NESTING = 32  # lists in lists, groups in LaTeX
FORMULA_DEPTH = 40  # operations in operations
YAML_VALUES = 600_000  # keys, names and numbers of a config, at 200 bytes each; an alias counts in full

# A network. Every unit and weight has its equations, at about a kilobyte each.
LAYERS = 100
UNITS = 20_000  # of a layer
SOFTMAX_UNITS = 1_000  # of a softmax layer, in which each unit acts on every other
WEIGHTS = 300_000
EQUATIONS = 10_000  # of a config that writes its own
FORMULA_PARTS = 500_000  # numbers and names of all derivatives: those of a product of n factors have n²
DECIMALS = 15  # kept by hand arithmetic; a float64 has no more
SAMPLES = 100_000
SAMPLE_NUMBERS = 3_000_000  # of a file of samples, at 100 bytes each

# Work.
BATCH_GRADIENTS = 2_000_000  # kept until they are summed, at about 400 bytes each
STEP_EQUATIONS = 20_000  # of one step, where each is looked at many times, as a quiz does
STEPS = 10**12  # of a training, at a microsecond each: the user can interrupt it
DOCUMENT_STEPS = 1_000_000  # of a training that a document asks for, which nobody watches
COSTS_KEPT = 100_000  # of a training
NUMBERS_ASKED = 10_000  # of a blank answer sheet
QUESTIONS = 1_000  # of a question bank
MARKS = 100_000  # of a document: places that are filled
JOBS = 64  # processes for many sheets

# The check of an answer sheet.
SHEET_ROWS = 300_000
SHEET_STEPS = 200  # each is judged through all the steps before it
SHEET_GRADIENTS = 300_000  # of all samples of a step, at a kilobyte each; of more, only the step's own sample
DIAGNOSES = 2_000  # wrong numbers whose slip is looked for, at some milliseconds each
DIAGNOSES_OF_LARGE = 100  # the same in a large network, where each takes longer
CANDIDATES = 500  # quantities or rewrites that one number is compared with
REWRITTEN_SYMBOLS = 10_000  # in all rewrites of one equation by one slip: of a long one there are fewer
SYMBOLS_KEPT = 200_000  # in all rewrites that are kept, at some hundred bytes each
