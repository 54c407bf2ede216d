/* SPDX-License-Identifier: MIT */
/* The page that CMake put together from web/, as bytes in the program. */
#if defined(__APPLE__)
#define SYMBOL(name) _##name
  .const
#else
#define SYMBOL(name) name
  .section .rodata
#endif
  .globl SYMBOL(hf_page_shell_begin)
  .globl SYMBOL(hf_page_shell_end)
SYMBOL(hf_page_shell_begin):
  .incbin HF_PAGE_SHELL
SYMBOL(hf_page_shell_end):
#if defined(__ELF__)
  .section .note.GNU-stack,"",%progbits
#endif
