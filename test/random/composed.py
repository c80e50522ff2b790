"""Programs made of two others: a weighted sum, and a composition whose second program gets the first one's value."""


class Composed:
    """What a function needs for the model and the driver, and which two functions it calls with which of its parts."""

    result = None

    def __init__(self, rng, number, rule, first, second):
        self.name, self.rule, self.first, self.second = f"f{number}", rule, first, second
        self.dual = True
        self.used = {rule}
        self.a, self.b = (0.75, -1.25) if rule == "sum" else (1, 1)
        self.parameters = list(first.parameters)
        self.of_first = list(range(len(first.parameters)))
        self.of_second = []
        passed = []
        for i, p in enumerate(second.parameters):
            if rule == "chain" and i == 0:
                self.of_second.append(-1)
                passed.append("u")
                continue
            at = self.place(rng, p)
            self.of_second.append(at)
            passed.append(self.parameters[at].name)
        self.text = self.body(", ".join(p.name for p in first.parameters), ", ".join(passed))

    def place(self, rng, p):
        """Which parameter is passed as `p`: perhaps one that the first function gets too, else one more."""
        for at, own in enumerate(self.parameters):
            same = own.name == p.name and own.declaration() == p.declaration()
            if same and own.shareable and p.shareable and (p.name == "n" or rng.random() < 0.6):
                return at
        self.parameters.append(p if p.name == "n" else p.renamed("g" + p.name))
        return len(self.parameters) - 1

    def body(self, to_first, to_second):
        head = f"@ {self.name}({', '.join(p.declaration() for p in self.parameters)}) {{\n"
        lines = f"  const @ u = {self.first.name}({to_first});\n"
        if self.rule == "chain":
            return head + lines + f"  return {self.second.name}({to_second});\n}}"
        lines += f"  const @ v = {self.second.name}({to_second});\n"
        return head + lines + f"  return {self.a} * u + {self.b} * v;\n}}"
