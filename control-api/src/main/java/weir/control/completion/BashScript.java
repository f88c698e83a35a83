// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.util.List;

/** The script for bash 4.0 and later. */
final class BashScript {
    private static final String HEAD = """
            # bash completion for weir. Made by 'weir completion bash'; changes are lost.

            """;

    private static final String BODY = """
            # The words up to the cursor. Bash ends a word at : and = as well, and here they are part of it.
            _weir_split() {
                local rest=${COMP_LINE:0:COMP_POINT} word glued
                words=()
                for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
                    glued=yes
                    while [[ $rest == [[:blank:]]* ]]; do
                        rest=${rest:1}
                        glued=
                    done
                    if [[ -n $glued && ${#words[@]} -gt 0 ]]; then
                        words[${#words[@]}-1]+=$word
                    else
                        words+=("$word")
                    fi
                    rest=${rest#"$word"}
                done
            }

            # Proposes for the word $2, which is a value of kind $1, in front of which $3 stands already.
            _weir_propose() {
                local list=${1#*:}
                case $1 in
                    file)
                        local IFS=$'\\n'
                        compopt -o filenames 2> /dev/null
                        COMPREPLY=($(compgen -f -- "$2"))
                        return
                        ;;
                    names:*) list=$("${words[0]}" __complete -- "$list" "${words[@]:1:${#words[@]}-2}" 2> /dev/null) ;;
                    choice:*) ;;
                    prefix:*)
                        [[ $2 != *:* ]] || return
                        compopt -o nospace 2> /dev/null
                        ;;
                    *) return ;;
                esac
                COMPREPLY=($(compgen -P "$3" -W "$list" -- "$2"))
            }

            _weir() {
                local words reply word command= wanted= position=0 only_arguments=
                COMPREPLY=()
                _weir_split
                local current=${words[${#words[@]}-1]} i
                for ((i = 1; i < ${#words[@]} - 1; i++)); do
                    word=${words[i]}
                    if [[ -n $wanted ]]; then
                        wanted=
                    elif [[ -z $only_arguments && $word == -- ]]; then
                        only_arguments=yes
                    elif [[ -z $only_arguments && $word == -?* ]]; then
                        [[ $word == --*=* ]] && continue
                        _weir_value "$command" "$word"
                        [[ $reply == none ]] || wanted=$reply
                    else
                        _weir_commands "$command"
                        if [[ " ${reply[*]} " == *" $word "* ]]; then
                            command=${command:+$command }$word
                        else
                            position=$((position + 1))
                        fi
                    fi
                done
                if [[ -n $wanted ]]; then
                    _weir_propose "$wanted" "$current"
                elif [[ -z $only_arguments && $current == --*=* ]]; then
                    _weir_value "$command" "${current%%=*}"
                    _weir_propose "$reply" "${current#*=}" "${current%%=*}="
                elif [[ -z $only_arguments && $current == -* ]]; then
                    _weir_options "$command"
                    COMPREPLY=($(compgen -W "${reply[*]}" -- "$current"))
                else
                    _weir_commands "$command"
                    if [[ ${#reply[@]} -gt 0 ]]; then
                        COMPREPLY=($(compgen -W "${reply[*]}" -- "$current"))
                    else
                        _weir_argument "$command" "$position"
                        _weir_propose "$reply" "$current"
                    fi
                fi
                # Bash replaces only what follows the last : or = that ends a word for it.
                local kept=
                [[ $COMP_WORDBREAKS != *:* || $current != *:* ]] || kept=${current%"${current##*:}"}
                [[ -n $kept || $COMP_WORDBREAKS != *=* || $current != *=* ]] || kept=${current%"${current##*=}"}
                for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
                    COMPREPLY[i]=${COMPREPLY[i]#"$kept"}
                done
            }

            complete -F _weir weir
            """;

    private BashScript() {}

    static String of(Outline root) {
        return HEAD
                + ShellTables.lists(
                        "_weir_commands",
                        root,
                        command ->
                                command.commands().stream().map(Outline::name).toList())
                + ShellTables.lists("_weir_options", root, BashScript::options)
                + ShellTables.of(root)
                + BODY;
    }

    private static List<String> options(Outline command) {
        return command.options().stream()
                .flatMap(option -> option.names().stream())
                .toList();
    }
}
