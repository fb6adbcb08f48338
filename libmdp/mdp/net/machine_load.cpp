#include "mdp/net/machine_load.hpp"

#include "mdp/defaults.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace mdp::net {

std::uint32_t machine_load() noexcept {
  double average = 0;
  if (getloadavg(&average, 1) != 1)
    return 0;
  const auto processors = std::max(1U, std::thread::hardware_concurrency());
  const auto thousandths = 1000 * average / processors;
  return static_cast<std::uint32_t>(std::clamp<double>(thousandths, 0, defaults::max_load));
}

} // namespace mdp::net
