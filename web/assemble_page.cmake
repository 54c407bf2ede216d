# SPDX-License-Identifier: MIT
# Puts the page of `holdfast report` together: style and scripts go into page.html, and their hashes
# into its content security policy. Run while building:
#   cmake -DWEB=folder -DOUT=file -DVERSION=x -P assemble_page.cmake
cmake_minimum_required(VERSION 3.25)

# csp_hash(text_variable out): the source expression of a policy: base64 of SHA-256.
function(csp_hash text_variable out)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(SHA256 hex "${${text_variable}}")
  set(base64 "")
  foreach(begin RANGE 0 60 6)
    string(SUBSTRING "${hex}00" ${begin} 6 digits)  # 3 bytes; the last group lacks one
    math(EXPR value "0x${digits}")
    foreach(shift 18 12 6 0)
      math(EXPR index "(${value} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${index} 1 character)
      string(APPEND base64 ${character})
    endforeach()
  endforeach()
  string(SUBSTRING ${base64} 0 43 base64)
  set(${out} "'sha256-${base64}='" PARENT_SCOPE)
endfunction()

file(READ ${WEB}/page.html page)
file(READ ${WEB}/uplot/uPlot.min.css uplot_style)
file(READ ${WEB}/report.css report_style)
file(READ ${WEB}/uplot/uPlot.iife.min.js uplot)
file(READ ${WEB}/report.js script)
set(style "${uplot_style}\n${report_style}")

csp_hash(style style_hash)
csp_hash(uplot uplot_hash)
csp_hash(script script_hash)
# The scripts last: what they hold is not searched for places.
string(REPLACE "@VERSION@" "${VERSION}" page "${page}")
string(REPLACE "@STYLE_HASH@" "${style_hash}" page "${page}")
string(REPLACE "@SCRIPT_HASHES@" "${uplot_hash} ${script_hash}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
string(REPLACE "@UPLOT@" "${uplot}" page "${page}")
file(WRITE ${OUT} "${page}")
