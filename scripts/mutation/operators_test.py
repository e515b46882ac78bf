#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True

from mutation.operators import mutants_of  # noqa: E402


def mutated(operator, text):
    """The mutated lines that `operator` makes of `text`."""
    return [m.mutated for m in mutants_of("a.cc", text) if m.operator == operator]


def in_function(statement):
    return f"void F() {{\n  {statement}\n}}\n"


class Operators(unittest.TestCase):
    def test_comparison(self):
        self.assertEqual(mutated("comparison changed", "bool b = x < y;"),
                         ["bool b = x <= y;", "bool b = x >= y;"])
        self.assertEqual(mutated("comparison changed", "bool b = x == y;"),
                         ["bool b = x != y;"])

    def test_template_brackets_are_no_comparison(self):
        self.assertEqual(mutated("comparison changed", "std::vector<int> v;"), [])
        self.assertEqual(mutated("comparison changed", "template <class T> int f;"), [])

    def test_arithmetic(self):
        self.assertEqual(mutated("arithmetic changed", "int a = b + c;"),
                         ["int a = b - c;"])
        self.assertEqual(mutated("arithmetic changed", in_function("++n;")), ["--n;"])

    def test_pointers_are_no_products(self):
        self.assertEqual(mutated("arithmetic changed", "int* p = &x;"), [])

    def test_logic(self):
        self.assertEqual(mutated("logic changed", "bool b = x && y;"),
                         ["bool b = x || y;"])

    def test_condition(self):
        self.assertEqual(mutated("condition negated", in_function("if (f(x)) g();")),
                         ["if (!(f(x))) g();"])
        self.assertEqual(
            mutated("condition negated", in_function("if (auto s = f(); s.ok()) g();")),
            ["if (auto s = f(); !(s.ok())) g();"])
        self.assertEqual(mutated("condition negated", in_function("if (!x) g();")),
                         ["if (x) g();"])

    def test_declared_condition_is_left_alone(self):
        self.assertEqual(
            mutated("condition negated", in_function("if (const auto x = f()) g();")), [])

    def test_statement(self):
        for statement in ("f(x);", "a.b = c;", "a->b[i] += 2;", "++n;", "n++;",
                          "*p = 1;", "break;"):
            self.assertIn(";", mutated("statement dropped", in_function(statement)),
                          statement)
        self.assertEqual(mutated("statement dropped", in_function("if (x) f(y);")),
                         ["if (x) ;"])
        self.assertEqual(mutated("statement dropped", in_function("f(a,\n    b);")), [";"])

    def test_declarations_are_not_dropped(self):
        for statement in ("int x = 1;", "const T y(2);", "auto z = f();", "return;",
                          "std::vector<int> v = {1};", "T t;"):
            self.assertEqual(mutated("statement dropped", in_function(statement)), [],
                             statement)
        self.assertEqual(mutated("statement dropped", "struct S {\n  S(int);\n};"), [])

    def test_operands(self):
        self.assertEqual(mutated("operands swapped", "int a = b.c() - d[1];"),
                         ["int a = d[1] - b.c();"])
        self.assertEqual(mutated("operands swapped", "int a = x ? y : z;"),
                         ["int a = x ? z : y;"])

    def test_arguments(self):
        self.assertEqual(mutated("arguments swapped", in_function("f(a, g(b), 3);")),
                         ["f(g(b), a, 3);", "f(a, 3, g(b));"])

    def test_constants(self):
        self.assertEqual(mutated("constant changed", "int a = 0x10;"),
                         ["int a = (0x10 + 1);", "int a = (0x10 - 1);"])
        self.assertEqual(mutated("constant changed", "int a = 0;"), ["int a = (0 + 1);"])
        self.assertEqual(mutated("constant changed", "bool a = true;"), ["bool a = false;"])
        self.assertEqual(mutated("constant changed", "char a = 'b';"),
                         ["char a = ('b' + 1);"])

    def test_return(self):
        self.assertEqual(mutated("return changed", in_function("return f(x);")),
                         ["return {};"])
        self.assertEqual(mutated("return changed", in_function("return std::nullopt;")), [])

    def test_what_does_not_run_is_left_alone(self):
        for text in ("// a < b\n", '#include "a < b"\n', "#if A < 1\n#endif\n",
                     'const char* s = "a < b";', "static_assert(sizeof(int) == 4);",
                     'const char* s = R"(a < b 1)";', "/* 1 < 2 */"):
            self.assertEqual(mutants_of("a.cc", text), [], text)

    def test_text_is_replaced_where_it_says(self):
        text = in_function("if (a < b) c = d - 1;")
        mutants = mutants_of("a.cc", text)
        self.assertEqual({m.line for m in mutants}, {2})
        for mutant in mutants:
            changed = text[:mutant.start] + mutant.replacement + text[mutant.end:]
            self.assertEqual(" ".join(changed.split("\n")[1].split()), mutant.mutated)
        self.assertEqual(len({m.key for m in mutants}), len(mutants))

    def test_equal_lines_are_told_apart(self):
        mutants = [m for m in mutants_of("a.cc", in_function("f();") + in_function("f();"))
                   if m.operator == "statement dropped"]
        self.assertEqual([m.ordinal for m in mutants], [0, 1])


if __name__ == "__main__":
    unittest.main()
