"""The one table of misconceptions of the course, by id: what the answer did, and one next step.

Exercises, assignments and the bug clinic refer to these ids. A text names the likely cause, never the answer. HINTS
has a further step for some, told when the same slip comes twice in a row.
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
    # a step of gradient descent
    "uphill": "Your step goes uphill. The gradient points to where the loss grows.",
    "rate-forgotten": "Your step does not depend on the learning rate.",
    "rate-divides": "You divided by the learning rate: a smaller rate gives a larger step.",
    "step-for-weights": "This is the step alone. Return the weights after it.",
    "step-reversed": "Weights and step changed places: this is minus the right answer.",
    "gradient-scaled-weights": "You multiplied the weights by the gradient. A step adds to them.",
    # Xavier, He and their relatives
    "fan-in-alone": "This keeps the signal and ignores the gradient: fan_out does not come in.",
    "fan-out-alone": "This keeps the gradient and ignores the signal: fan_in does not come in.",
    "fan-out-for-fan-in": "You took fan_out for fan_in. A unit adds up fan_in terms.",
    "he-for-xavier": "This is He's rule, made for ReLU.",
    "xavier-for-he": "This is Xavier's compromise. He's rule looks at one side of the layer only.",
    "two-forgotten": "A factor of 2 under the root is missing.",
    "two-outside-root": "The 2 stands outside of the root. It belongs to the variance.",
    "root-over-fan-in": "The root covers the 2 only. It is the variance that is divided by fan_in.",
    "limit-for-std": "This is the limit of the interval for uniform weights. Their std is smaller.",
    "product-of-fans": "You multiplied fan_in and fan_out. The compromise adds them.",
    "mean-of-variances": "You took the mean of the two variances. The compromise inverts the mean of the fans.",
    "mean-of-stds": "You took the mean of the two stds. The compromise is made for the fans, before any root.",
    "scale-inverted": "Your std grows with the layer. More terms in a sum need smaller weights.",
    "not-scaled": "Your weights have std 1, whatever the layer is.",
    "same-for-every-layer": "Your weights have the same std for every layer. It must follow the number of inputs.",
    "mean-not-zero": "The std is right, but the mean of your weights is not 0: the sums drift.",
    "not-normal": "The std is right, but these are not normal (Gaussian) numbers.",
    "slope-ignored": "Your result does not depend on the slope: this is the rule for ReLU.",
    "slope-not-squared": "The slope enters as it is. What is kept is a mean of squares.",
    "mean-slope": "You averaged the two slopes. Average the squares of what they do.",
    "variance-for-mean-square": "This keeps the variance of the outputs. The next layer adds up their mean square, "
    "which is more, since their mean is not 0.",
}

HINTS = {
    "fan-in-forgotten": "Where does the number of inputs stand in the formula for Var(z)?",
    "root-forgotten": "Write the formula for the variance first, and take the root at the very end.",
    "root-of-fan-in-forgotten": "With 100 inputs the std of the sum is 10 times that with one, not 100 times.",
    "variance-for-std": "Check the units: for std 0.1 the variance is 0.01.",
    "mean-square-forgotten": "Try inputs that are all equal to 2: what is Var(z) then?",
    "spread-inverted": "Set n = 100 and wanted = 1: should the weights be wider or narrower than 1?",
    "wanted-ignored": "Set wanted = 2: which quantity of the formula doubles?",
    "uniform-limit-is-std": "If c squared / 3 is the variance, what is c for a variance of 1?",
    "uniform-wrong-limit": "For std 1 the interval reaches a little less than twice as far as 1.",
    "uniform-positive": "Generators have a method that takes the lower limit, too.",
    "one-tail": "The flat parts are on both sides of 0; they are equally large.",
    "complement": "For a very wide z the share must come close to 1.",
    "std-inverted": "For a very wide z the share must come close to 1. Does yours?",
    "output-for-sum": "Which z gives a tanh of 0.99? It is larger than 2.",
    "sigmoid-threshold": "Section 2 found ln 99 from the sigmoid. Do the same with tanh.",
    "root-of-two-forgotten": "Section 2 says what erfc takes for t standard deviations.",
    "uphill": "With w = 0 and gradient 1 the new weight must be below 0.",
    "rate-forgotten": "With lr = 0 nothing may move.",
    "rate-divides": "With a tiny lr the weights must hardly move.",
    "step-for-weights": "With gradient 0 the weights must come back unchanged.",
    "step-reversed": "With gradient 0 the weights must come back unchanged, not negated.",
    "gradient-scaled-weights": "With w = 0 the step must not be 0.",
    "fan-in-alone": "Section 2 has two conditions. The compromise inverts the mean of fan_in and fan_out.",
    "fan-out-alone": "Section 2 has two conditions. The compromise inverts the mean of fan_in and fan_out.",
    "he-for-xavier": "For a square layer the compromise is 1 / n, not 2 / n.",
    "xavier-for-he": "He's rule answers one question: what does the next sum lose in a ReLU?",
    "two-forgotten": "For a square layer of 100, which variance do you get, and which should it be?",
    "two-outside-root": "Write down the variance first; then take the root of all of it.",
    "root-over-fan-in": "Write down the variance first; then take the root of all of it.",
    "limit-for-std": "The variance of uniform weights is a third of the square of their limit.",
    "mean-of-variances": "For fans of 100 and 300 the mean of the fans is 200: invert that.",
    "mean-of-stds": "For fans of 100 and 300 the mean of the fans is 200: invert that.",
    "scale-inverted": "A layer of 400 inputs needs weights half as wide as one of 100.",
    "fan-out-for-fan-in": "W is (fan_in, fan_out), and z = x @ W sums over its rows.",
    "same-for-every-layer": "Try your function with fan_in 100 and 400: the second std must be half of the first.",
    "slope-ignored": "With slope 1 nothing is cut, so the 2 must be gone.",
    "slope-not-squared": "For negative sums the output is slope times z. What is its square?",
    "mean-slope": "Half of the terms keep their square, the other half keep slope squared of it.",
    "variance-for-mean-square": "Work with the mean of f(z) squared, as section 3 does for ReLU.",
    "generator-ignored": "Draw with the methods of the argument rng, and do not make a generator of your own.",
    "repeated-weights": "The generator's methods take the shape of the array that you want.",
    "fans-swapped": "The shape is (fan_in, fan_out), in this order.",
    "nothing-returned": "A function without a return statement gives None, whatever it has computed.",
    "input-changed": "Operators such as -= change an array in place; an expression such as a - b makes a new one.",
}
