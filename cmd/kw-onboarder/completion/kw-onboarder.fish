# Completion of kw-onboarder for fish. The program itself says what fits.
function __kw_onboarder
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l said ($program __complete -- $words "$current" 2>/dev/null)
    switch "$said[1]"
        case files
            __fish_complete_path "$current"
        case folders
            __fish_complete_directories "$current"
        case '*'
            set -e said[1]
            printf '%s\n' $said
    end
end
complete -c kw-onboarder -f -a '(__kw_onboarder)'
