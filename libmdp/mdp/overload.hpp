#pragma once

namespace mdp {

/// Joins lambdas into one visitor for `std::visit`.
template <class... Handlers>
struct overload : Handlers... {
  using Handlers::operator()...;
};

template <class... Handlers>
overload(Handlers...) -> overload<Handlers...>;

} // namespace mdp
