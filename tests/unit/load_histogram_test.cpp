#include "mdp/load/histogram.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

using namespace mdp;
using load::histogram;

TEST_CASE("an empty histogram says nothing but zero") {
  const auto none = std::make_unique<histogram>();
  CHECK(none->count() == 0);
  CHECK(none->min() == duration(0));
  CHECK(none->max() == duration(0));
  CHECK(none->mean() == duration(0));
  CHECK(none->quantile(0.5) == duration(0));
}

TEST_CASE("quantiles are those of the sorted values, to a hundredth, whatever their size") {
  std::mt19937_64 dice(7);
  for (const double largest : {10.0, 1e3, 1e6, 1e12, 9e18}) {
    CAPTURE(largest);
    const auto all = std::make_unique<histogram>();
    std::vector<std::int64_t> values;
    std::uniform_real_distribution<double> exponent(0, std::log(largest));
    for (int i = 0; i < 5000; ++i) {
      values.push_back(static_cast<std::int64_t>(std::exp(exponent(dice))));
      all->record(duration(values.back()));
    }
    std::ranges::sort(values);
    CHECK(all->count() == values.size());
    CHECK(all->min() == duration(values.front()));
    CHECK(all->max() == duration(values.back()));
    for (const double part : {0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      CAPTURE(part);
      const auto index =
        static_cast<std::size_t>(std::ceil(part * static_cast<double>(values.size()))) - 1;
      const auto exact = static_cast<double>(values[index]);
      const auto said = static_cast<double>(all->quantile(part).count());
      CHECK(said >= exact);
      CHECK(said <= exact * 1.01);
    }
  }
}

TEST_CASE("values at the borders of buckets are kept apart from their neighbours") {
  for (unsigned bits = 0; bits < 63; ++bits)
    for (const std::int64_t off : {-1, 0, 1}) {
      const std::int64_t value = (std::int64_t{1} << bits) + off;
      const auto all = std::make_unique<histogram>();
      all->record(duration(value));
      all->record(duration::max());
      CHECK(all->min() == duration(value));
      const auto said = all->quantile(0.5).count();
      CHECK(said >= value);
      CHECK(static_cast<double>(said) <= static_cast<double>(value) * 1.01);
    }
}

TEST_CASE("a negative value counts as none") {
  const auto all = std::make_unique<histogram>();
  all->record(duration(-5));
  CHECK(all->count() == 1);
  CHECK(all->max() == duration(0));
}

TEST_CASE("two histograms added up are that of all values") {
  const auto one = std::make_unique<histogram>();
  const auto two = std::make_unique<histogram>();
  const auto both = std::make_unique<histogram>();
  for (int i = 1; i <= 1000; ++i) {
    const duration value(i * i * 37);
    (i % 3 == 0 ? one : two)->record(value);
    both->record(value);
  }
  one->add(*two);
  CHECK(one->count() == both->count());
  CHECK(one->min() == both->min());
  CHECK(one->max() == both->max());
  CHECK(one->mean() == both->mean());
  for (const double part : {0.1, 0.5, 0.99})
    CHECK(one->quantile(part) == both->quantile(part));
  one->add(*std::make_unique<histogram>()); // nothing
  CHECK(one->min() == both->min());
}
