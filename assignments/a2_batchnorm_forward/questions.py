"""Assignment a2: batch norm, forward. Its questions, three contracts for each."""

from bn_classroom.author import Contract, Written, beside
from bn_helpers.checks.question import Question

VERSION = 1  # a change of what is handed out makes another
HANDED_OUT = ["own.py", "network.npz"]  # beside the notebook and its arrays
LESSON = "05_batchnorm_forward.ipynb#"
PASSED = {
    "weighted": "Each example moves mean and variance by its weight.",
    "masked": "Rows that do not count leave no trace in the others.",
    "share": "All workers normalize with the same mean and variance.",
    "frames": "One mean and one variance for each channel and each frame number.",
    "border": "The border is normalized, and it does not count in the statistics.",
    "sequences": "Padding leaves no trace in the other places.",
    "line": "With these two, batch norm is your line for this batch.",
    "spread": "With these two, the outputs have the mean and the std that were wanted.",
    "unbiased": "With these two, batch norm returns what it got.",
}


def contracts(define, names, read, **about):
    """The contracts of a question, each from its file."""
    return tuple(
        _contract(beside(__file__, f"contracts/{n}"), n, define, read, about) for n in names
    )


def _contract(module, name, define, read, about):
    question = Question(
        cases=lambda rng: list(module.cases(rng)),
        truth=getattr(module, define),
        slips=module.SLIPS,
        passed=PASSED[name],
        **about,
    )
    return Contract(name, define, question, module.VARIANTS, LESSON + read)


QUESTIONS = {
    "batchnorm": contracts(
        "batchnorm",
        ("weighted", "masked", "share"),
        "1. Three numbers, by hand",
        axes=("row", "column"),
    ),
    "maps": contracts(
        "batchnorm_maps",
        ("frames", "border", "sequences"),
        "7. Convolutions: which cells share statistics?",
        axes=("example", "channel"),
    ),
    "undo": contracts(
        "gamma_and_beta",
        ("line", "spread", "unbiased"),
        "6. What gamma and beta are for",
        returns=("gamma", "beta"),
        axes=("entry",),
    ),
}
NUMBERS = {"own": beside(__file__, "looking").CONTRACTS}
WRITTEN = {
    "why": tuple(
        Written(name, 2, LESSON + read)
        for name, read in {
            "company": "4. One point moves",
            "noise": "5. The batch size, on a real network",
            "alone": "3. One value far from the others",
        }.items()
    ),
}
