"""The one table of misconceptions of the course, by id: what the answer did, and one next step.

Exercises, assignments and the bug clinic refer to these ids. A text names the likely cause,
never the answer.
"""

MISCONCEPTIONS = {
    # any exercise
    "nothing-returned": "Your function returned nothing. End it with a return statement.",
    "raised": "Your function stopped with an error before it returned.",
    "not-a-number": "Your function returned something that is not a number or an array of numbers.",
    "not-finite": "Your result has NaN or infinite values. Look for a division by zero or a root below zero.",
    "wrong-shape": "Your array has another shape than asked for.",
    "input-changed": "Your function changed an array that it was given. Work on a copy.",
    "unknown": "The result is off in a way this check does not know. Try your function on numbers that you can "
    "work out by hand.",
    # spread of a weighted sum
    "fan-in-forgotten": "Your result does not depend on n. A unit adds up n terms, and their variances add.",
    "root-of-fan-in-forgotten": "You scale by n, but it is the variances that add: the standard deviation of the "
    "sum grows with the root of n.",
    "variance-for-std": "This is the variance of the weights, not their standard deviation: a root is missing.",
    "mean-square-forgotten": "Your result does not depend on the inputs. Inputs that are twice as large give "
    "sums that are twice as large.",
    "spread-inverted": "Your formula runs the wrong way round: it gives the spread that such weights cause. "
    "Solve it for the std of the weights.",
    # drawing weights
    "uniform-limit-is-std": "You took the limit of the interval for its standard deviation. Uniform values on "
    "[-c, c] have variance c squared / 3, so their std is smaller than c.",
    "uniform-positive": "All your weights are on one side of 0. Their mean must be 0, or the sums drift.",
    "not-uniform": "Some weights lie beyond any interval that gives this std: these are not uniform values.",
    "fans-swapped": "Rows and columns are swapped: W is (fan_in, fan_out), so that x @ W works.",
    "generator-ignored": "The weights do not come from the generator `rng` that was passed: the same rng state "
    "must give the same weights, another state other weights.",
    "constant-weights": "All weights of a unit are the same, so that all units are alike.",
    # saturation
    "one-tail": "You counted one side only. Outputs near 0 are as flat as outputs near 1.",
    "complement": "This is the share that is NOT saturated.",
    "percent-for-share": "This looks like a percentage. Return a share between 0 and 1.",
    "std-forgotten": "Your result is that of z with std 1, whatever std is. Measure the threshold in units of std.",
    "variance-in-threshold": "You divided the threshold by the variance. Measure it in units of std.",
}
