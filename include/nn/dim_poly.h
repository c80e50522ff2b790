// The canonical form behind nn::Dim's arithmetic: polynomials over names and quotients. Included by dim.h.
#ifndef NN_DIM_POLY_H
#define NN_DIM_POLY_H

#include "nn/dim.h"

namespace nn {
namespace detail {

/// Text under construction, at most what a Dim holds.
struct DimText {
  char chars[Dim::capacity] = {};
  std::size_t size = 0;

  constexpr DimText() = default;
  constexpr explicit DimText(std::string_view text) { add(text); }
  constexpr operator std::string_view() const { return {chars, size}; }

  constexpr void add(char c) {
    if (size + 1 >= Dim::capacity) dim_error::expression_is_too_long();
    chars[size++] = c;
  }
  constexpr void add(std::string_view text) {
    for (char c : text) add(c);
  }
  constexpr void add(std::int64_t number) {
    if (number < 0) add('-');
    char digits[20] = {};
    int count = 0;
    std::uint64_t rest =
        number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    do digits[count++] = static_cast<char>('0' + rest % 10);
    while (rest /= 10);
    while (count > 0) add(digits[--count]);
  }
};

/// A polynomial with integer coefficients over atoms (names and quotients), the canonical form of a size:
/// atoms sorted by text; terms by falling degree, then by atoms; no zero terms.
struct DimPoly {
  static constexpr int max_atoms = 6, max_terms = 8;
  struct Term {
    std::int64_t factor = 0;
    int power[max_atoms] = {};

    constexpr int degree() const {
      int sum = 0;
      for (int p : power) sum += p;
      return sum;
    }
  };

  DimText atoms[max_atoms] = {};
  Term terms[max_terms] = {};
  int atom_count = 0, term_count = 0;

  constexpr DimPoly() = default;
  constexpr explicit DimPoly(std::int64_t number) {
    Term constant;
    constant.factor = number;
    add(constant);
  }
  constexpr explicit DimPoly(std::string_view atom) {
    Term one;
    one.factor = 1;
    one.power[index_of(atom)] = 1;
    add(one);
  }

  constexpr bool is_constant() const {
    return term_count == 0 || (term_count == 1 && terms[0].degree() == 0);
  }
  constexpr std::int64_t constant() const { return term_count == 0 ? 0 : terms[0].factor; }
  constexpr bool is_atom() const { return term_count == 1 && terms[0].factor == 1 && terms[0].degree() == 1; }

  /// The place of an atom in the sorted table, made where there is none yet.
  constexpr int index_of(std::string_view atom) {
    int at = 0;
    while (at < atom_count && std::string_view(atoms[at]) < atom) ++at;
    if (at < atom_count && std::string_view(atoms[at]) == atom) return at;
    if (atom_count == max_atoms) dim_error::expression_is_too_long();
    for (int i = atom_count++; i > at; --i) atoms[i] = atoms[i - 1];
    atoms[at] = DimText(atom);
    for (int t = 0; t < term_count; ++t) {
      for (int i = max_atoms - 1; i > at; --i) terms[t].power[i] = terms[t].power[i - 1];
      terms[t].power[at] = 0;
    }
    return at;
  }

  /// True where term `a` is written before term `b`.
  static constexpr int order(const Term& a, const Term& b) {
    if (a.degree() != b.degree()) return b.degree() - a.degree();
    for (int i = 0; i < max_atoms; ++i)
      if (a.power[i] != b.power[i]) return b.power[i] - a.power[i];
    return 0;
  }

  /// Adds a term whose powers refer to this polynomial's atoms.
  constexpr void add(const Term& term) {
    if (term.factor == 0) return;
    int at = 0;
    while (at < term_count && order(terms[at], term) < 0) ++at;
    if (at < term_count && order(terms[at], term) == 0) {
      terms[at].factor = apply('+', terms[at].factor, term.factor);
      if (terms[at].factor != 0) return;
      for (--term_count; at < term_count; ++at) terms[at] = terms[at + 1];
      return;
    }
    if (term_count == max_terms) dim_error::expression_is_too_long();
    for (int i = term_count++; i > at; --i) terms[i] = terms[i - 1];
    terms[at] = term;
  }

  /// `term`, which refers to the atoms of `from`, in terms of this polynomial's atoms.
  constexpr Term adopt(const Term& term, const DimPoly& from) {
    for (int i = 0; i < from.atom_count; ++i)
      if (term.power[i] != 0) index_of(from.atoms[i]);
    Term result;
    result.factor = term.factor;
    for (int i = 0; i < from.atom_count; ++i)
      if (term.power[i] != 0) result.power[index_of(from.atoms[i])] = term.power[i];
    return result;
  }

  constexpr void print_product(DimText& out, const Term& term) const {
    bool first = true;
    for (int i = 0; i < atom_count; ++i)
      for (int p = 0; p < term.power[i]; ++p) {
        const std::string_view atom = atoms[i];
        const bool wrap =
            atom.find('/') != atom.npos && (term.degree() > 1 || (term.factor != 1 && term.factor != -1));
        if (!first) out.add('*');
        first = false;
        if (wrap) out.add('(');
        out.add(atom);
        if (wrap) out.add(')');
      }
  }

  constexpr DimText print() const {
    DimText out;
    for (int t = 0; t < term_count; ++t) {
      const Term& term = terms[t];
      if (term.factor > 0 && t > 0) out.add('+');
      if (term.degree() == 0) {
        out.add(term.factor);
        continue;
      }
      if (term.factor == -1) {
        out.add('-');
      } else if (term.factor != 1) {
        out.add(term.factor);
        out.add('*');
      }
      print_product(out, term);
    }
    if (term_count == 0) out.add('0');
    return out;
  }
};

constexpr DimPoly operator+(DimPoly a, const DimPoly& b) {
  for (int t = 0; t < b.term_count; ++t) {
    const DimPoly::Term term = a.adopt(b.terms[t], b);
    a.add(term);
  }
  return a;
}

constexpr DimPoly operator*(const DimPoly& a, const DimPoly& b) {
  DimPoly result;
  for (int i = 0; i < a.term_count; ++i)
    for (int j = 0; j < b.term_count; ++j) {
      result.adopt(a.terms[i], a);  // makes room for all atoms before powers are added up
      const DimPoly::Term right = result.adopt(b.terms[j], b);
      DimPoly::Term term = result.adopt(a.terms[i], a);
      term.factor = apply('*', term.factor, right.factor);
      for (int k = 0; k < DimPoly::max_atoms; ++k) term.power[k] += right.power[k];
      result.add(term);
    }
  return result;
}

constexpr DimPoly operator-(const DimPoly& a, const DimPoly& b) {
  return a + DimPoly(std::int64_t{-1}) * b;
}

/// a / b where b is one term that divides every term of a, without remainder; false where it is not so.
constexpr bool divide_exactly(DimPoly a, const DimPoly& b, DimPoly& quotient) {
  if (b.term_count != 1) return false;
  const DimPoly::Term by = a.adopt(b.terms[0], b);
  for (int t = 0; t < a.term_count; ++t) {
    if (a.terms[t].factor % by.factor != 0) return false;
    a.terms[t].factor = apply('/', a.terms[t].factor, by.factor);
    for (int i = 0; i < DimPoly::max_atoms; ++i)
      if ((a.terms[t].power[i] -= by.power[i]) < 0) return false;
  }
  quotient = a;
  return true;
}

constexpr DimPoly operator/(const DimPoly& a, const DimPoly& b) {
  if (b.term_count == 0) dim_error::division_by_zero();
  if (a.is_constant() && b.is_constant()) return DimPoly(apply('/', a.constant(), b.constant()));
  DimPoly quotient;
  if (divide_exactly(a, b, quotient)) return quotient;
  DimText text;
  const auto operand = [&](const DimPoly& poly) {
    const DimText part = poly.print();
    const std::string_view view = part;
    const bool bare = (poly.is_constant() || poly.is_atom()) && view.find_first_of("-/") == view.npos;
    if (!bare) text.add('(');
    text.add(view);
    if (!bare) text.add(')');
  };
  operand(a);
  text.add('/');
  operand(b);
  return DimPoly(std::string_view(text));
}

constexpr DimPoly poly_of(std::string_view text) {
  const auto name = [](std::string_view atom) { return DimPoly(atom); };
  return DimReader<DimPoly, decltype(name)>{text, name}.read();
}
constexpr DimPoly poly_of(const Dim& dim) {
  return dim.is_static() ? DimPoly(dim.value) : poly_of(dim.name());
}

constexpr Dim dim_of(const DimPoly& poly) {
  if (poly.is_constant()) return Dim(poly.constant());
  Dim result(-1);
  const DimText text = poly.print();
  for (std::size_t i = 0; i < text.size; ++i) result.symbol[i] = text.chars[i];
  return result;
}

}  // namespace detail

constexpr Dim Dim::parse(std::string_view text) {
  return detail::dim_of(detail::poly_of(text));
}

constexpr Dim operator+(const Dim& a, const Dim& b) {
  if (a.is_static() && b.is_static()) return detail::apply('+', a.value, b.value);
  return detail::dim_of(detail::poly_of(a) + detail::poly_of(b));
}
constexpr Dim operator-(const Dim& a, const Dim& b) {
  if (a.is_static() && b.is_static()) return detail::apply('-', a.value, b.value);
  return detail::dim_of(detail::poly_of(a) - detail::poly_of(b));
}
constexpr Dim operator*(const Dim& a, const Dim& b) {
  if (a.is_static() && b.is_static()) return detail::apply('*', a.value, b.value);
  return detail::dim_of(detail::poly_of(a) * detail::poly_of(b));
}
constexpr Dim operator/(const Dim& a, const Dim& b) {
  if (a.is_static() && b.is_static()) return detail::apply('/', a.value, b.value);
  return detail::dim_of(detail::poly_of(a) / detail::poly_of(b));
}

}  // namespace nn

#endif  // NN_DIM_POLY_H
