// Recursive functions: lifted once for each kind of arguments, with a parameter for everything that these
// reach, and called.
//
// What such a function changes shows only when its body has been lifted, but its own calls must know. So it
// is lifted with a guess, and again with what turned out to be missing, until nothing is.
#include "frontend/routine.h"

#include "frontend/lifter_parts.h"
#include "frontend/recursive.h"
#include "frontend/routine_checks.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {
constexpr int max_kinds = 8;  // of arguments with which a function calls itself
}

bool Lifter::is_recursive(const clang::FunctionDecl* callee) {
  const clang::FunctionDecl* definition = callee->getDefinition();
  return definition && definition->getBody() &&
         frontend::is_recursive(definition, context_.getSourceManager(), recursive_);
}

/// A call of a recursive function.
struct Lifter::Recursion {
  /// The function's body, lifted.
  struct Body {
    ir::Region region;
    std::vector<bool> written;  // by slot
    std::vector<int> places;    // by yield: see ir::Kind::routine
  };

  Lifter& l;
  const clang::FunctionDecl* function;
  Object* self;
  Arguments arguments;
  const clang::Expr* call;
  clang::SourceLocation where = call->getExprLoc();
  Signature s = l.signature_of(function, self, arguments, where);

  /// Makes the objects behind the arguments hold parameters of `region`.
  void enter(ir::Region& region) {
    for (const Slot& slot : s.slots) {
      const ir::Value param = l.build_.parameter(region, slot.type);
      l.f_[param].name = slot.name;
      l.objects_.set(*slot.object, holding(slot, param));
    }
  }

  /// What the object of a slot holds where its number or array is `v`.
  static Content holding(const Slot& slot, ir::Value v) {
    Content content = *slot.object;
    if (slot.is_index) {
      content.place.index = {{v}};
      content.place.flat = true;
      return content;
    }
    content = {.state = State::value};
    content.value = v;
    content.in_memory = slot.type.rank() > 0;
    return content;
  }

  /// The object that the function returns, with a number for each part that it will have.
  Object* result_object(std::vector<Object*>& leaves) {
    const clang::QualType type = function->getReturnType();
    if (type->isVoidType()) return l.objects_.fresh();
    Object* result = is_numeric(type, l.context_) ? l.default_object(type, where, false) : l.objects_.fresh();
    const std::function<void(Object*)> add = [&](Object* object) {
      if (object->state == State::parts) {
        for (Object* part : object->parts) add(part);
      } else if (object->state == State::unset && object->elem) {
        leaves.push_back(object);
      } else {
        l.refuse(where, "a recursive function that returns a '" + l.shown(type) +
                            "' is not supported; return numbers or structs of numbers, and write arrays "
                            "through a parameter");
      }
    };
    add(result);
    return result;
  }

  /// Lifts the function's body aside, with the calls in it as `routines_` has them by now.
  Body body() {
    Body body;
    const Restore<ir::Region*> region(l.build_.region);
    const Restore<ir::Region> entry(l.entry_);
    const Restore<std::map<const Object*, Object*>> tables(l.tables_);
    const Restore<std::vector<const Object*>*> reads(l.reads_);
    const Restore<std::uint64_t> oldest_write(l.oldest_write_);
    l.entry_ = {};
    l.tables_.clear();
    l.reads_ = nullptr;
    l.build_.region = &body.region;
    l.build_.loc = l.place(function->getLocation());
    const std::size_t start = l.objects_.changes();
    const std::uint64_t birth = l.objects_.count();
    enter(body.region);
    const std::size_t entered = l.objects_.changes();
    std::vector<Object*> leaves;
    Object* result = result_object(leaves);
    l.in_frame(function, self, arguments, call, [&](Frame& frame) {
      frame.result = result;
      l.exec(function->getBody());
      l.build_.loc = l.place(function->getBody()->getEndLoc());
      for (Object* leaf : leaves) {
        body.region.yields.push_back(l.as_value(*leaf, *l.type_of(*leaf)));
        body.places.push_back(-1);
      }
      leave(body);
      check_changes(l.objects_.since(entered, birth));
    });
    l.objects_.restore(start, birth);
    body.region.ops.insert(body.region.ops.begin(), l.entry_.ops.begin(), l.entry_.ops.end());
    return body;
  }

  /// Yields what the function has changed of its arguments.
  void leave(Body& body) {
    for (std::size_t i = 0; i < s.slots.size(); ++i) {
      const Slot& slot = s.slots[i];
      const Content& content = *slot.object;
      const bool is_array = slot.type.rank() > 0;
      body.written.push_back(false);
      if (slot.is_own && !is_array) continue;
      const bool is_index = content.state == State::pointer || content.state == State::place;
      if (is_index != slot.is_index || (is_index && content.place.index.empty()))
        l.refuse(where,
                 "a recursive function that makes an argument another kind of object is not supported");
      if (!is_index && l.type_of(content) != slot.type)
        l.refuse(where, "a recursive function that changes the size of an argument is not supported");
      const ir::Value v = is_index ? l.value_of(content.place.index[0]) : l.as_value(content, slot.type);
      if (v == body.region.params[i]) continue;
      body.written.back() = true;
      body.region.yields.push_back(v);
      body.places.push_back(is_array ? static_cast<int>(i) : -1);
      if (is_array && home_of(l.f_, body.region.params, v) != static_cast<int>(i))
        l.refuse(where,
                 "a recursive function that replaces a whole array is not supported; assign its elements");
    }
  }

  void check_changes(const std::vector<Objects::Change>& changes) {
    for (const Objects::Change& change : changes) {
      const auto is_it = [&](const Slot& slot) { return slot.object == change.object; };
      if (std::none_of(s.slots.begin(), s.slots.end(), is_it))
        l.refuse(where,
                 "a recursive function that changes more of its arguments than numbers and elements is "
                 "not supported");
    }
  }

  /// Lifts the function for arguments like these; returns its place in `routines_`.
  std::size_t lift() {
    const auto is_begun = [&](const Routine& r) { return r.function == function && !r.op; };
    if (std::count_if(l.routines_.begin(), l.routines_.end(), is_begun) > max_kinds)
      l.refuse(
          where,
          "a recursive function that calls itself with ever other kinds of arguments, such as memory of its "
          "own, is not supported; make the memory outside and pass it");
    const std::size_t index = l.routines_.size();
    l.routines_.push_back({function, s.key, l.routine_count_++, {}, std::vector<bool>(s.slots.size())});
    try {
      for (int attempt = 0; attempt < 24; ++attempt) {
        const Mark from = l.mark();
        Body made = body();
        if (made.written == l.routines_[index].written) {
          finish(index, std::move(made));
          return index;
        }
        l.routines_[index].written = made.written;
        l.go_back(from);
        l.routines_.resize(index + 1);
      }
      l.refuse(where, "what this recursive function changes is too intricate");
    } catch (...) {
      l.routines_.resize(index);
      throw;
    }
  }

  void finish(std::size_t index, Body made) {
    check_routine(l.f_, made.region);
    ir::Op op{.kind = ir::Kind::routine, .type = {ir::Elem::i64, {}}};
    op.axes = std::move(made.places);
    op.index = l.routines_[index].number;
    op.loc = l.place(function->getLocation());
    op.name = function->getNameAsString();
    op.regions.push_back(std::move(made.region));
    l.routines_[index].op = l.f_.make(std::move(op));
  }

  Object* run() {
    const auto found = std::find_if(l.routines_.begin(), l.routines_.end(), [&](const Routine& r) {
      return r.function == function && r.key == s.key;
    });
    const ir::Loc loc = l.place(where);
    const Routine routine = found != l.routines_.end() ? *found : l.routines_[lift()];
    l.build_.loc = loc;
    std::vector<Object*> leaves;
    Object* result = result_object(leaves);
    std::vector<ir::Type> types;
    std::vector<int> places(leaves.size(), -1);
    for (const Object* leaf : leaves) types.push_back({*leaf->elem, {}});
    std::vector<ir::Value> operands;
    for (std::size_t i = 0; i < s.slots.size(); ++i) {
      const bool is_array = s.slots[i].type.rank() > 0;
      operands.push_back(handed_over(s.slots[i], routine.written[i] && is_array));
      if (!routine.written[i]) continue;
      types.push_back(s.slots[i].type);
      places.push_back(is_array ? static_cast<int>(i) : -1);
    }
    const std::vector<ir::Value> results = l.build_.call(routine.number, operands, types, places).results;
    for (std::size_t k = 0; k < leaves.size(); ++k) l.objects_.set(*leaves[k], *l.objects_.of(results[k]));
    std::size_t next = leaves.size();
    for (std::size_t i = 0; i < s.slots.size(); ++i)
      if (routine.written[i]) receive(s.slots[i], results[next++]);
    return result;
  }

  ir::Value handed_over(const Slot& slot, bool is_consumed) {
    if (l.reads_) l.reads_->push_back(slot.object);
    if (slot.is_index) return l.value_of(l.flat(slot.object->place));
    const ir::Value v = l.as_value(*slot.object, slot.type);
    if (!is_consumed) return v;
    return slot.object->in_memory ? l.owned(v) : l.build_.copy(v);
  }

  /// What the call has left in an object.
  void receive(const Slot& slot, ir::Value v) {
    l.objects_.set(*slot.object, holding(slot, v));
    l.give_name(slot.object, slot.object->name);
    l.oldest_write_ = std::min(l.oldest_write_, slot.object->born);
  }
};

/// Calls a recursive function.
Object* Lifter::call_routine(const clang::FunctionDecl* function, Object* self, Arguments arguments,
                             const clang::Expr* call) {
  return Recursion{*this, function, self, arguments, call}.run();
}

}  // namespace nndiff::frontend
