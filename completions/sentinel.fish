# Completion of sentinel's command line for fish. The program itself knows what may follow.
function __sentinel_candidates
    set -l line (commandline --cut-at-cursor --current-process)
    command sentinel "[describe:"(string length -- "$line")"]" "$line" 2>/dev/null
end
complete --command sentinel --arguments '(__sentinel_candidates)'
complete --command sentinel --condition 'not __fish_seen_subcommand_from run' --no-files
