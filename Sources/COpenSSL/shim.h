// SPDX-License-Identifier: Apache-2.0
//
// The only C of the project: what Swift's importer cannot see, because it is a macro
// or a variadic function.

#ifndef PRAVEGA_COPENSSL_SHIM_H
#define PRAVEGA_COPENSSL_SHIM_H

#include <execinfo.h>
#include <malloc.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// Names the calling thread; the kernel keeps the first 15 bytes.
static inline void prv_set_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// How many arenas `malloc` makes at most, instead of eight for each core.
static inline void prv_limit_arenas(int count) { mallopt(M_ARENA_MAX, count); }

/// A counter that `poll()` sees, not inherited by other programs and never waiting.
static inline int prv_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// Not by way of <sys/socket.h>: its types would belong to this module as well as to Glibc.
struct sockaddr;
extern int accept4(int, struct sockaddr *, unsigned int *, int);

/// The next connection of a listening socket. `flags` as for `socket()`.
static inline int prv_accept(int descriptor, void *address, unsigned int *length, int flags) {
  return accept4(descriptor, (struct sockaddr *)address, length, flags);
}

/// `poll()` for less than a millisecond; glibc declares ppoll only for _GNU_SOURCE.
static inline int prv_poll_nanoseconds(void *entries, unsigned long count, long nanoseconds) {
  struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  return (int)syscall(SYS_ppoll, entries, count, &time, (void *)0, 8);
}

// Macros of OpenSSL.

static inline int prv_ctx_set_minimum_tls12(SSL_CTX *context) {
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
static inline void prv_ctx_set_modes(SSL_CTX *context) {
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
}
static inline void prv_ctx_set_options(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
}
static inline int prv_ssl_set_server_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}

/// Chooses the first of our protocols that the client offers, or refuses the handshake.
/// `ours` is one byte with the length of the list that follows it, in ALPN's own form.
static inline int prv_choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                                      const unsigned char *offered, unsigned int offered_length,
                                      void *ours) {
  const unsigned char *list = (const unsigned char *)ours;
  unsigned char *chosen = NULL;
  (void)ssl;
  if (SSL_select_next_proto(&chosen, out_length, list + 1, list[0], offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}
static inline void prv_ctx_choose_among(SSL_CTX *context, const unsigned char *ours) {
  SSL_CTX_set_alpn_select_cb(context, prv_choose_protocol, (void *)ours);
}

/// A key with a passphrase fails instead of asking on the terminal.
static inline int prv_no_passphrase(char *buffer, int size, int for_writing, void *argument) {
  (void)buffer, (void)size, (void)for_writing, (void)argument;
  return 0;
}
static inline void prv_ctx_never_ask(SSL_CTX *context) {
  SSL_CTX_set_default_passwd_cb(context, prv_no_passphrase);
}

static inline int prv_chain_count(const STACK_OF(X509) * chain) {
  return chain ? sk_X509_num(chain) : 0;
}
static inline X509 *prv_chain_at(const STACK_OF(X509) * chain, int index) {
  return sk_X509_value(chain, index);
}
static inline unsigned long prv_name_flags(void) { return XN_FLAG_RFC2253; }
static inline void prv_print_alternative_names(BIO *out, X509 *certificate) {
  int place = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);
  if (place >= 0) X509V3_EXT_print(out, X509_get_ext(certificate, place), 0, 0);
}

#endif
