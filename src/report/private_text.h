// SPDX-License-Identifier: MIT
// A text that may be shown to anybody: without names of people and hosts, and without the folders
// of a home. A trace may come from another machine, so the names are also taken from the paths in
// it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

/// Names of the owners of homes in `text`: "ann" of "/home/ann/x", likewise below /Users/.
std::vector<std::string> home_owners(std::string_view text);

/// `text` with "(name)" for each of `names` and of home_owners(text), and ".../" for the folders of
/// paths in a home, or on removable media (/run/media, /media, /run/user). A path ends before a
/// quotation mark or a line break, and before one of ,;:')( where a blank or no further folder
/// follows: it may hold blanks.
/// `homes`: folders that are homes besides those below /home, /Users and /root: "/srv/ann".
std::string without_private(std::string_view text, std::span<const std::string> names,
                            std::span<const std::string> homes = {});

/// `text` without what tells one device of a kind from another: "(address)" for six bytes as of
/// Bluetooth and networks (00:1B:66:AA:BB:CC, also with '_' or '-') and for four numbers as of the
/// Internet (192.168.1.7), and "(serial)" for the serial
/// number in a name of the form usb-MAKER_MODEL_SERIAL-00. Where such a name has none, its last
/// word goes.
std::string without_device_ids(std::string_view text);

}  // namespace holdfast
