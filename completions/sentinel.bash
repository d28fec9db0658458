# Completion of sentinel's command line for bash. The program itself knows what may follow.
_sentinel() {
    local line=${COMP_LINE:0:COMP_POINT} last='([^[:space:]\]|\\.)*$' candidate kept
    # The word as it was typed: COMP_WORDS has it in pieces when there is a colon in it.
    [[ $line =~ $last ]]
    local word=${BASH_REMATCH[0]}
    # What bash takes for earlier words of the line stays as it is.
    [[ $COMP_WORDBREAKS == *:* ]] && kept=${word%"${word##*:}"}
    COMPREPLY=()
    while IFS= read -r candidate; do
        # Options are offered to who begins one.
        [[ -z $word && $candidate == -* ]] && continue
        printf -v candidate %q "$candidate"
        [[ $candidate == "$word"* ]] && COMPREPLY+=("${candidate#"${kept-}"}")
    done < <(command sentinel "[suggest:${#line}]" "$line" 2>/dev/null)
}
complete -o default -F _sentinel sentinel
