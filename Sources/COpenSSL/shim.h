// SPDX-License-Identifier: Apache-2.0
//
// The only C of the project: what Swift's importer cannot see, because it is a macro
// or a variadic function.

#ifndef PRAVEGA_COPENSSL_SHIM_H
#define PRAVEGA_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/// Names the calling thread; the kernel keeps the first 15 bytes.
static inline void prv_set_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// A counter that `poll()` sees, not inherited by other programs and never waiting.
static inline int prv_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

extern int accept4(int, struct sockaddr *, socklen_t *, int);

/// The next connection of a listening socket, not inherited by other programs and never waiting.
static inline int prv_accept(int descriptor, struct sockaddr *address, socklen_t *length) {
  return accept4(descriptor, address, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

#endif
