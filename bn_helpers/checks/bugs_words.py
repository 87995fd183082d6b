"""What the checks of lesson 10 say of each patient, beside the named mistakes."""

SYMPTOMS = {  # number: (the right letter, the letters)
    1: ("B", "ABC"),
    2: ("C", "ABC"),
    3: ("Y", "XYZ"),
    4: ("Z", "XYZ"),
    5: ("X", "XYZ"),
    6: ("A", "ABC"),
    7: ("C", "ABC"),
    8: ("B", "ABC"),
}
SYMPTOMS_THAT_DIFFER = {  # what to do in order to see it
    1: "In the figure, move one control at a time. Which one changes the error by far the most?",
    2: "In which column of the table does the broken function differ from the right one?",
    3: "What happens to the line of this patient in the training half of the figure?",
    4: "What happens to the line of this patient in the grey half of the figure?",
    5: "What happens to the line of this patient in the middle of figure 3?",
    6: "In the figure, compare the points of one unit with the diagonal: place and slope.",
    7: "In the figure, move the input std from its largest to its smallest value.",
    8: "In the table, which passes are accepted?",
}
BLIND = {  # where to look if a test does not see the mistake
    1: "How far from 0 are the means of your columns, in stds? Is your x float32?",
    2: (
        "Do the places of your maps differ in their mean? With equal places both ways agree. "
        "Or do you ask for channel mean 0 and variance 1? Patient 2 has these, too. "
        "Compare values."
    ),
    3: "Which momentum do you use? Is there one at which the order of the weights is no matter?",
    4: "Do you look at the state, or at the answers, before and after a second evaluation?",
    5: "Do the running statistics of your network differ from those of a new one?",
    6: "Is your b different from 0?",
    7: (
        "How narrow are your columns, beside eps? How large an error do you allow? If dout is "
        "the same for all examples, dx is 0."
    ),
    8: "Is there a wrong pass whose dx is right for a batch of one?",
}
STRICT = {  # what a right implementation may do
    1: "It may be off by some 0.001 where the mean is 10 000 stds: so coarse is float32 there.",
    2: (
        "Do you compare with the result of a right function? An x that is not normalized yet is "
        "none. Right results differ in the last digits, and eps makes the variance less than 1."
    ),
    3: "The running variance takes the unbiased variance of the batch. Allow for rounding.",
    4: "Training must move the state. Evaluation uses it. Allow for rounding.",
    5: "All parameters and both running statistics are copied. Allow for rounding.",
    6: "The two layers and the folded one agree up to rounding, and eps is under the root.",
    7: (
        "Finite differences have an error of their own, and eps is under the root. If dout is "
        "the same for all examples, dx is 0, and rounding is all that you compare."
    ),
    8: "It accepts the right passes and refuses every wrong one.",
}
TOLD = {  # what each of two unseen implementations does, and how a test could see it
    1: (
        "The other one never has a variance below 0, so no NaN shows. Its values are wrong.",
        "The other one first subtracts one common mean. Let the means of the columns differ.",
    ),
    2: (
        "The other one has a mean for each image. Compare with a result, not with one property.",
        "The other one cuts rows in the order of storage. Use more than one channel.",
    ),
    3: (
        "The other one has only the weights of the variance exchanged.",
        "The other one has only the weights of the mean exchanged.",
    ),
    4: (
        "The other one leaves the state alone in evaluation, and uses the batch's statistics.",
        "The other one answers first and moves the state afterwards.",
    ),
    5: (
        "The other one loses only the running variance.",
        "The other one loses only gamma and beta. In a network without training they are 1 and 0.",
    ),
    6: (
        "The other one uses b, but does not scale it. Choose gamma and var so that f is not 1.",
        "The other one loses beta. Choose a beta that is not 0.",
    ),
    7: (
        "The other one has the right output. Its dx takes the statistics for constants.",
        "The other one has the right output. Its dx lacks the last term.",
    ),
    8: (
        "The other one has two examples 2 apart, where dx is tiny. Try it on all wrong passes.",
        "The other one refuses everything. A check must accept what is right, too.",
    ),
}
