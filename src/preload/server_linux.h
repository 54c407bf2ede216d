// SPDX-License-Identifier: MIT
// The thread inside the program that carries out orders. It starts with the program's own first
// thread, not before: a program that has only one may depend on that (measured: setpriv aborts when
// a second thread cannot follow its change of user).
#pragma once

#include <pthread.h>

namespace holdfast::preload {

using CreateThread = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

/// Starts it, once per process, with the real pthread_create. Nothing where nobody runs us. Any
/// thread.
void start_server(CreateThread create_thread);

}  // namespace holdfast::preload
