#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// The numbers of keys, certificates and tokens, with unit and reason. See `defaults.hpp` for all
/// others.
namespace mdp::defaults {

/// Bytes of a certificate's file. Ours have 300; what is larger is none.
inline constexpr std::size_t certificate_max_bytes = 16U << 10U;

/// Entries of metadata in a certificate, and bytes of an entry's name and value.
inline constexpr std::size_t certificate_max_metadata = 64;
inline constexpr std::size_t certificate_max_name_bytes = 64;
inline constexpr std::size_t certificate_max_value_bytes = 255;

/// Keys of a store, and bytes of a file that lists them: a name and a key are some 60 bytes.
inline constexpr std::size_t key_store_max_keys = 100'000;
inline constexpr std::size_t key_file_max_bytes = 16U << 20U;

/// Files of a store that cannot be read, of which it is said why; there may be as many as keys.
inline constexpr std::size_t key_store_max_broken = 100;

/// How often it is looked whether a store has changed. Long enough that to look at a hundred thousand
/// files costs little, short enough that who was removed is out before anybody has checked it.
inline constexpr std::chrono::milliseconds key_check_interval{2000};

/// Bytes of a token: it goes with every request, and fits into a frame of any protocol. Bytes of one
/// claim in it, which is a name.
inline constexpr std::size_t token_max_bytes = 4096;
inline constexpr std::size_t token_max_claim_bytes = 255;

/// Bytes of a file of passwords: some 150 a user; and of a password, far more than anybody types.
inline constexpr std::size_t password_file_max_bytes = 16U << 20U;
inline constexpr std::size_t password_max_bytes = 1024;

/// Passwords that wait to be checked for a connection, and of one address: all of them are done within a
/// few seconds, well before the first one's handshake has taken too long.
inline constexpr std::size_t password_max_checks = 32;
inline constexpr std::size_t password_max_checks_by_address = 8;

/// Bytes of a name and of a password in a handshake by PLAIN (RFC 24).
inline constexpr std::size_t plain_max_bytes = 255;

/// Revoked tokens and users that are remembered, until they would have expired.
inline constexpr std::size_t token_max_revocations = 100'000;

} // namespace mdp::defaults
