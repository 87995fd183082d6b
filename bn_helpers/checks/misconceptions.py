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
    "root-forgotten": "A root is missing: n times the mean square of the inputs gives a variance.",
    "wanted-ignored": "Your result does not depend on `wanted`. Weights that are twice as wide give sums that are "
    "twice as wide.",
    "wrong-power": "Your result follows one of its arguments too closely or not closely enough.",
    "fan-in-forgotten": "Your result does not depend on n. A unit adds up n terms, and their variances add.",
    "root-of-fan-in-forgotten": "You scale by n, but it is the variances that add: the standard deviation of the "
    "sum grows with the root of n.",
    "variance-for-std": "This is the variance of the weights, not their standard deviation: a root is missing.",
    "mean-square-forgotten": "Your result does not depend on the inputs. Inputs that are twice as large give "
    "sums that are twice as large.",
    "spread-inverted": "Your formula runs the wrong way round: it gives the spread that such weights cause. "
    "Solve it for the std of the weights.",
    # drawing weights
    "uniform-wrong-limit": "These are uniform values around 0, but of another std. Solve c squared / 3 = std "
    "squared for c.",
    "uniform-limit-is-std": "You took the limit of the interval for its standard deviation. Uniform values on "
    "[-c, c] have variance c squared / 3, so their std is smaller than c.",
    "uniform-positive": "All your weights are on one side of 0. Their mean must be 0, or the sums drift.",
    "not-uniform": "The std is right, but the values do not fill an interval evenly: these are not uniform values.",
    "fans-swapped": "Rows and columns are swapped: W is (fan_in, fan_out), so that x @ W works.",
    "generator-ignored": "The weights do not come from the generator `rng` that was passed: the same rng state "
    "must give the same weights, another state other weights.",
    "repeated-weights": "Rows or columns of your array repeat each other. Draw every weight on its own, or units "
    "are alike.",
    # saturation
    "one-tail": "You counted one side only. Outputs near the lower limit are as flat as those near the upper one.",
    "complement": "This is the share that is NOT saturated.",
    "percent-for-share": "This looks like a percentage. Return a share between 0 and 1.",
    "std-forgotten": "Your result is that of z with std 1, whatever std is. Measure the threshold in units of std.",
    "sigmoid-threshold": "This is the share for the sigmoid. The flat parts of tanh begin somewhere else.",
    "output-for-sum": "You used 0.99 itself as the threshold. It is an output; the threshold is for the sums.",
    "root-of-two-forgotten": "You gave erfc the threshold as it is. Its argument is the threshold over root 2.",
    "std-inverted": "You multiplied the threshold by std. Wider sums lie beyond it more often, not less.",
    "variance-in-threshold": "You divided the threshold by the variance. Measure it in units of std.",
}
