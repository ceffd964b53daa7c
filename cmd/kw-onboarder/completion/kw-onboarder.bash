# Completion of kw-onboarder for bash 3.2 and later. The program itself says what fits.
_kw_onboarder() {
    local program=${COMP_WORDS[0]/#\~/$HOME} current=${COMP_WORDS[COMP_CWORD]} kind word help
    [ "$current" = "=" ] && current=
    COMPREPLY=()
    {
        read -r kind
        while IFS=$'\t' read -r word help; do
            COMPREPLY+=("$word")
        done
    } < <("$program" __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    case $kind in
        files) kind=-f ;;
        folders) kind=-d ;;
        *) return ;;
    esac
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(compgen "$kind" -- "$current")
}
complete -F _kw_onboarder kw-onboarder
