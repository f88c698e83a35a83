# Prints what zsh proposes: zsh.zsh SCRIPT LINE. Completion needs a terminal, so the shell asked has one of its own.
zmodload zsh/zpty
proposals=$(mktemp)
trap 'zpty -d asked; rm -f $proposals $proposals.done' EXIT
zpty asked zsh -f -i
zpty -w asked "PROMPT= proposals=$proposals"
zpty -w asked 'autoload -Uz compinit && compinit -D -u'
zpty -w asked "source ${(q)1}"
zpty -w asked 'compadd() {
    if [[ " ${@[1,(i)(-|--)]} " == *" -"(O|A|D)" "* ]]; then builtin compadd "$@"; return; fi
    local -a found
    builtin compadd -A found "$@"
    print -rl -- ${(Q)found} >> $proposals
    builtin compadd "$@"
}'
zpty -w asked 'report() { _main_complete; : > $proposals.done }; zle -C report complete-word report; bindkey "^X" report'
zpty -w -n asked "$2"$'\x18'
for ((i = 0; i < 5000; i++)); do
    [[ ! -e $proposals.done ]] || break
    zpty -r -t asked ignored
    sleep 0.02
done
cat $proposals
