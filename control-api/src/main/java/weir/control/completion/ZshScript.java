// SPDX-License-Identifier: Apache-2.0

package weir.control.completion;

import java.util.List;

/** The script for zsh, to be found in {@code fpath} as {@code _weir} or read by {@code source}. */
final class ZshScript {
    private static final String HEAD = """
            #compdef weir
            # zsh completion for weir. Made by 'weir completion zsh'; changes are lost.

            """;

    private static final String BODY = """
            # Proposes for the word at the cursor, which is a value of kind $1.
            _weir_propose() {
                local list=${1#*:}
                case $1 in
                    file) _files ;;
                    choice:*) compadd -- ${=list} ;;
                    prefix:*) compadd -S '' -- ${=list} ;;
                    names:*)
                        list="$("${words[1]}" __complete -- "$list" "${(@)words[2,CURRENT-1]}" 2> /dev/null)"
                        compadd -- ${(f)list}
                        ;;
                esac
            }

            _weir() {
                local reply word command= wanted= only_arguments= current=${words[CURRENT]}
                local -i position=0 i
                for ((i = 2; i < CURRENT; i++)); do
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
                        if (( ${reply[(I)$word:*]} )); then
                            command=${command:+$command }$word
                        else
                            position+=1
                        fi
                    fi
                done
                unset reply
                local reply
                if [[ -n $wanted ]]; then
                    _weir_propose "$wanted"
                elif [[ -z $only_arguments && $current == --*=* ]]; then
                    _weir_value "$command" "${current%%=*}"
                    compset -P '*='
                    _weir_propose "$reply"
                elif [[ -z $only_arguments && $current == -* ]]; then
                    _weir_options "$command"
                    _describe -o option reply
                else
                    _weir_commands "$command"
                    if (( ${#reply} )); then
                        _describe command reply
                    else
                        _weir_argument "$command" "$position"
                        _weir_propose "$reply"
                    fi
                fi
            }

            if [[ ${funcstack[1]} == _weir ]]; then
                _weir "$@"
            else
                compdef _weir weir
            fi
            """;

    private ZshScript() {}

    static String of(Outline root) {
        return HEAD
                + ShellTables.lists(
                        "_weir_commands",
                        root,
                        command -> command.commands().stream()
                                .map(each -> each.name() + ":" + each.summary())
                                .toList())
                + ShellTables.lists("_weir_options", root, ZshScript::options)
                + ShellTables.of(root)
                + BODY;
    }

    private static List<String> options(Outline command) {
        return command.options().stream()
                .flatMap(option -> option.names().stream().map(name -> name + ":" + option.summary()))
                .toList();
    }
}
