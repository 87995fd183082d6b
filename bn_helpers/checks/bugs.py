"""The exercises of lesson 10: symptom, test and fix of eight broken implementations."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .bugs_fixes import FIXES
from .bugs_models import MODELS
from .bugs_patients import BROKEN, RIGHT, UNSEEN
from .bugs_testing import judged_test
from .bugs_words import BLIND, STRICT, SYMPTOMS, SYMPTOMS_THAT_DIFFER, TOLD
from .errors import Stop
from .question import told
from .verdict import not_yet, right, stopped


@dataclass(frozen=True, eq=False)
class Patient:
    """The check of a patient: (symptom, test, fix) -> Verdict.

    The first of the three that is not right is named.
    """

    number: int
    fix: Callable  # the mended implementation -> Verdict

    @property
    def __name__(self):
        return f"check_patient_{self.number}"

    def __call__(self, *answers):
        truths = MODELS[self.number], FIXES[self.number][1]
        return told(self, self.judged, [answers], truths)

    def judged(self, answers):
        """The Verdict on three steps, whatever was tried before."""
        if len(answers) != 3:
            return not_yet("wrong-count", f"Expected symptom, test and fix, got {len(answers)}.")
        symptom, test, fix = answers
        if (verdict := self._of_symptom(symptom)) is not None:
            return _in_step("Symptom:", verdict)
        if (verdict := self._of_test(test)) is not None:
            return _in_step("The symptom is right. Test:", verdict)
        try:
            verdict = self.fix(fix)
        except Stop as stop:
            verdict = stopped(stop)
        if not verdict.passed:
            return _in_step("Symptom and test are right. Fix:", verdict)
        return right(f"Symptom, test and fix. {verdict.message}")

    def _of_symptom(self, symptom):
        letter = str(symptom).strip().upper()
        wanted, letters = SYMPTOMS[self.number]
        if letter not in letters:
            return not_yet("symptom-open", f"Write one of {', '.join(letters)}.")
        if letter == wanted:
            return None
        return not_yet("symptom-other", SYMPTOMS_THAT_DIFFER[self.number])

    def _of_test(self, test):
        n = self.number
        implementations = BROKEN[n], *RIGHT[n], *UNSEEN[n]
        return judged_test(test, implementations, BLIND[n], STRICT[n], TOLD[n])


def _in_step(step, verdict):
    return replace(verdict, message=f"{step} {verdict.message}")


PATIENTS = {number: Patient(number, fix) for number, (fix, _) in FIXES.items()}
check_patient_1, check_patient_2, check_patient_3, check_patient_4 = (
    PATIENTS[n] for n in (1, 2, 3, 4)
)
check_patient_5, check_patient_6, check_patient_7, check_patient_8 = (
    PATIENTS[n] for n in (5, 6, 7, 8)
)
