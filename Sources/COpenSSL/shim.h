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
#include <sys/prctl.h>

/// Names the calling thread; the kernel keeps the first 15 bytes.
static inline void prv_set_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
