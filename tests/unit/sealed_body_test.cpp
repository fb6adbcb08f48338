#include "mdp/defaults.hpp"
#include "mdp/security/sealed_body.hpp"
#include "support/multipart.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <random>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::security;
using namespace mdp::test;

namespace {

std::string_view refusal(const auto& result) {
  return result ? std::string_view("taken") : to_string(result.error());
}

/// The same with one bit of its box changed.
message spoilt(const message& sealed, std::size_t where) {
  std::vector<std::byte> box(sealed[1].bytes().begin(), sealed[1].bytes().end());
  box[where % box.size()] ^= std::byte{1};
  return {sealed[0], frame(std::span<const std::byte>(box))};
}

struct pair {
  certificate worker = certificate::generate();
  message question = multipart({"how", "", "much?"});
  sealed_request asked = seal_request(question, worker.key()).value();
  opened_request heard = open_request(asked.body, worker).value();
};

} // namespace

TEST_CASE_FIXTURE(pair,
                  "what is sealed for a worker is opened by it, and the reply by who has asked") {
  CHECK(heard.body == question);
  const auto part = heard.reply.seal(multipart({"a", "b"}), false).value();
  const auto last = heard.reply.seal(multipart({""}), true).value();
  const auto first = asked.reply.open(part).value();
  CHECK(first.body == multipart({"a", "b"}));
  CHECK_FALSE(first.is_last);
  const auto second = asked.reply.open(last).value();
  CHECK(second.body == multipart({""}));
  CHECK(second.is_last);
}

TEST_CASE_FIXTURE(pair, "nothing of the body can be seen on the way, and no two are alike") {
  const message secret = multipart({"open sesame"});
  const auto one = seal_request(secret, worker.key()).value().body;
  const auto two = seal_request(secret, worker.key()).value().body;
  CHECK(one != two);
  CHECK(one.size() == 2);
  CHECK(one[1].text().find("sesame") == std::string_view::npos);
  CHECK(heard.reply.seal(secret, true).value()[1].text().find("sesame") == std::string_view::npos);
}

TEST_CASE_FIXTURE(pair, "who has another key opens nothing, and whatever was changed is noticed") {
  const auto other = certificate::generate();
  CHECK(refusal(open_request(asked.body, other)) == "wrong_key");
  const auto reply = heard.reply.seal(multipart({"yes"}), true).value();
  CHECK(refusal(reply_opener(certificate::generate()).open(reply)) == "wrong_key");
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    CHECK(refusal(open_request(spoilt(asked.body, random()), worker)) == "wrong_key");
    CHECK(refusal(asked.reply.open(spoilt(reply, random()))) == "wrong_key");
  }
  CHECK(refusal(asked.reply.open(reply)) == "taken"); // all of that has changed nothing
}

TEST_CASE_FIXTURE(pair, "what is not sealed, or not by these rules, is refused with its reason") {
  CHECK(refusal(open_request(question, worker)) == "not_sealed");
  CHECK(refusal(open_request({}, worker)) == "not_sealed");
  CHECK(refusal(open_request(multipart({"mdp-sealed1"}), worker)) == "not_sealed");
  CHECK(refusal(open_request(multipart({"mdp-sealed1", ""}), worker)) == "malformed");
  CHECK(refusal(asked.reply.open(multipart({"mdp-status 503 broker overloaded"}))) == "not_sealed");
  // Well sealed, but a reply where a request should be: the head is too short, or the rest no message.
  reply_sealer stranger(worker.key());
  CHECK(refusal(open_request(stranger.seal({}, true).value(), worker)) == "malformed");
  const auto too_much = message{frame(std::string(defaults::max_nested_bytes + 1, 'x'))};
  CHECK(refusal(seal_request(too_much, worker.key())) == "too_large");
  CHECK(refusal(heard.reply.seal(too_much, true)) == "too_large");
}

TEST_CASE_FIXTURE(pair, "a part that is left out, doubled or of an earlier try is noticed") {
  const auto zero = heard.reply.seal(multipart({"0"}), false).value();
  const auto one = heard.reply.seal(multipart({"1"}), false).value();
  CHECK(refusal(asked.reply.open(one)) == "out_of_order");
  CHECK(refusal(asked.reply.open(zero)) == "taken");
  CHECK(refusal(asked.reply.open(zero)) == "out_of_order");
  CHECK(refusal(asked.reply.open(one)) == "taken");
  auto again = open_request(asked.body, worker).value(); // another worker has got it
  asked.reply.restart();
  CHECK(refusal(asked.reply.open(again.reply.seal(multipart({"0"}), true).value())) == "taken");
}
