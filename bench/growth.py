"""python -m bench.growth: what readers cost with ever longer posts, and with ever more of them."""

from bench import length, number
from bench.findings import Findings
from bench.place import is_quick


def main() -> None:
    quick = is_quick(__doc__)
    findings = Findings()
    length.measure(findings, (10, 200, 500) if quick else (10, 200, 1000, 5000), *((1, 0.1) if quick else (5, 1.0)))
    number.measure(findings, (10, 100, 1000) if quick else (10, 100, 1000, 10_000), 2 if quick else 9)
    findings.tell()


if __name__ == "__main__":
    main()
