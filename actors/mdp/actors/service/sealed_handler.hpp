#pragma once

#include "mdp/security/certificate.hpp"
#include "mdp/service/request_handler.hpp"

#include <memory>

namespace mdp::actors {

/// A handler that takes only what was sealed for `own`, lets `work` see it in the clear, and seals what
/// that answers, parts and all (`security/sealed_body.hpp`). Whatever else comes is answered with
/// `mdp-status 400`, in the clear. Workers of one service share a certificate, as a client does not know
/// which of them will get its request.
[[nodiscard]] request_handler sealed(request_handler work,
                                     std::shared_ptr<const security::certificate> own);

} // namespace mdp::actors
