# Prints what fish proposes: fish.fish SCRIPT LINE.
source $argv[1]
complete -C "$argv[2]" | string replace -r '\t.*' ''
