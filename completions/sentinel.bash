# Completion of sentinel's command line for bash. The program itself knows what may follow.
_sentinel() {
    local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} candidate
    COMPREPLY=()
    while IFS= read -r candidate; do
        # Options are offered to who begins one.
        if [[ $candidate == "$word"* && ( -n $word || $candidate != -* ) ]]; then
            COMPREPLY+=("$(printf '%q' "$candidate")")
        fi
    done < <(command sentinel "[suggest:${#line}]" "$line" 2>/dev/null)
}
complete -o default -F _sentinel sentinel
