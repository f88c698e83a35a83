# Prints what bash proposes: bash.sh SCRIPT LINE. Words are split as readline does it, at : and = as well.
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:' COMP_WORDS=()
word=
take() { [[ -z $word ]] || COMP_WORDS+=("$word"); word=; }
for ((i = 0; i < ${#2}; i++)); do
    case ${2:i:1} in
        ' ') take ;;
        [:=]) take; COMP_WORDS+=("${2:i:1}") ;;
        *) word+=${2:i:1} ;;
    esac
done
if [[ -n $word || $2 == *' ' ]]; then
    COMP_WORDS+=("$word")
fi
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_weir
printf '%s\n' "${COMPREPLY[@]}"
