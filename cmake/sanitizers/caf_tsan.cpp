// Tells ThreadSanitizer how CAF orders things. Linked into everything with actors in the tsan configuration, nowhere
// else.
//
// The distribution's libcaf_core is not instrumented, so the atomics of its mailboxes and reference counts do not exist
// for ThreadSanitizer: every message that reaches an actor on another thread looks like a race. Suppressing what has a
// frame in libcaf_core would silence every actor, for all of them run below scheduled_actor::resume. Instead, the few
// functions where CAF hands something over are defined once more here; the dynamic linker prefers ours, and ours say
// "before" and "after" around the original. Real races, in actors too, are still found.
//
// Written for CAF 0.17. A later CAF is built from source, and can be built with -fsanitize=thread itself.

#include <caf/all.hpp>
#include <dlfcn.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);

namespace {

// CAF's own definition of one of the functions below.
template <class Result, class... Args>
auto original(const char* symbol) {
  auto* address = dlsym(RTLD_NEXT, symbol);
  if (address == nullptr) {
    std::fprintf(stderr, "caf_tsan: libcaf_core has no %s; is it 0.17?\n", symbol);
    std::abort();
  }
  return reinterpret_cast<Result (*)(Args...)>(address);
}

} // namespace

namespace caf {

// A message: what its sender wrote is there for its receiver.

void scheduled_actor::enqueue(mailbox_element_ptr element, execution_unit* unit) {
  static const auto next = original<void, scheduled_actor*, mailbox_element_ptr, execution_unit*>(
    "_ZN3caf15scheduled_actor7enqueueESt10unique_ptrINS_15mailbox_elementENS_6detail8disposerEEPNS_"
    "14execution_unitE");
  __tsan_release(element.get());
  __tsan_release(&mailbox_);
  next(this, std::move(element), unit);
}

// An actor that ends throws away the messages it has not read.
bool scheduled_actor::cleanup(error&& reason, execution_unit* unit) {
  static const auto next = original<bool, scheduled_actor*, error&&, execution_unit*>(
    "_ZN3caf15scheduled_actor7cleanupEONS_5errorEPNS_14execution_unitE");
  __tsan_acquire(&mailbox_);
  return next(this, std::move(reason), unit);
}

// An actor is made on one thread and may start on another.
void scheduled_actor::launch(execution_unit* unit, bool lazy, bool hide) {
  static const auto next = original<void, scheduled_actor*, execution_unit*, bool, bool>(
    "_ZN3caf15scheduled_actor6launchEPNS_14execution_unitEbb");
  __tsan_release(this);
  next(this, unit, lazy, hide);
}

// An actor runs now on this thread and now on that: each turn sees what the one before it left in the state.
scheduled_actor::activation_result scheduled_actor::reactivate(mailbox_element& element) {
  static const auto next = original<activation_result, scheduled_actor*, mailbox_element&>(
    "_ZN3caf15scheduled_actor10reactivateERNS_15mailbox_elementE");
  __tsan_acquire(&element);
  __tsan_acquire(this);
  const auto result = next(this, element);
  __tsan_release(this);
  return result;
}

bool scheduled_actor::activate(execution_unit* unit) {
  static const auto next = original<bool, scheduled_actor*, execution_unit*>(
    "_ZN3caf15scheduled_actor8activateEPNS_14execution_unitE");
  __tsan_acquire(this);
  const auto result = next(this, unit);
  __tsan_release(this);
  return result;
}

// The receiver that is no scheduled actor: scoped_actor, in mains and tests.

void blocking_actor::enqueue(mailbox_element_ptr element, execution_unit* unit) {
  static const auto next = original<void, blocking_actor*, mailbox_element_ptr, execution_unit*>(
    "_ZN3caf14blocking_actor7enqueueESt10unique_ptrINS_15mailbox_elementENS_6detail8disposerEEPNS_"
    "14execution_unitE");
  __tsan_release(element.get());
  next(this, std::move(element), unit);
}

mailbox_element_ptr blocking_actor::dequeue() {
  static const auto next =
    original<mailbox_element_ptr, blocking_actor*>("_ZN3caf14blocking_actor7dequeueEv");
  auto element = next(this);
  __tsan_acquire(element.get());
  return element;
}

// Reference counts: whoever destroys has seen the last of all others.

void ref_counted::deref() const noexcept {
  static const auto next = original<void, const ref_counted*>("_ZNK3caf11ref_counted5derefEv");
  __tsan_release(&rc_); // at the very address that unique() reads, in code that is instrumented
  __tsan_acquire(&rc_);
  next(this);
}

// Counted here and not by CAF's own: somebody else may let go between our "after" and its count, and would not have
// been seen by whoever destroys.
void intrusive_ptr_release(actor_control_block* actor) {
  if (actor->strong_refs.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  actor->data_dtor(actor->get());
  intrusive_ptr_release_weak(actor);
}

void intrusive_ptr_release_weak(actor_control_block* actor) {
  if (actor->weak_refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
    actor->block_dtor(actor);
}

// The end of all actors: what they left behind is there for who awaited it.

void actor_registry::dec_running() {
  static const auto next =
    original<void, actor_registry*>("_ZN3caf14actor_registry11dec_runningEv");
  __tsan_release(this);
  next(this);
}

void actor_registry::await_running_count_equal(std::size_t expected) const {
  static const auto next = original<void, const actor_registry*, std::size_t>(
    "_ZNK3caf14actor_registry25await_running_count_equalEm");
  next(this, expected);
  __tsan_acquire(const_cast<actor_registry*>(this));
}

} // namespace caf
