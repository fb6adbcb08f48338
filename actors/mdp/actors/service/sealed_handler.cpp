#include "mdp/actors/service/sealed_handler.hpp"

#include "mdp/security/sealed_body.hpp"
#include "mdp/service/responder.hpp"

#include <string>
#include <utility>

namespace mdp::actors {

namespace {

constexpr int bad_request = 400;
constexpr int failed = 500;

/// Seals what the work answers on its way to the client.
class sealing_channel final : public answer_channel {
public:
  sealing_channel(responder answer, security::reply_sealer sealer)
      : answer_(std::move(answer)), sealer_(std::move(sealer)) {}

  [[nodiscard]] bool is_open() const noexcept override { return answer_.is_open(); }

  void send(message body, bool is_final) override {
    auto sealed = sealer_.seal(body, is_final);
    if (!sealed)
      answer_.fail(failed, "the reply is too large to be sealed");
    else if (is_final)
      answer_.finish(*std::move(sealed));
    else
      answer_.send_part(*std::move(sealed));
  }

private:
  responder answer_;
  security::reply_sealer sealer_;
};

} // namespace

request_handler sealed(request_handler work, std::shared_ptr<const security::certificate> own) {
  return [work = std::move(work), own = std::move(own)](const message& request, responder answer) {
    auto opened = open_request(request, *own);
    if (!opened) {
      answer.fail(bad_request, "the request is not sealed for this service: " +
                                 std::string(to_string(opened.error())));
      return;
    }
    const frame user(answer.user());
    work(std::move(opened->body),
         responder(std::make_unique<sealing_channel>(std::move(answer), std::move(opened->reply)),
                   user));
  };
}

} // namespace mdp::actors
