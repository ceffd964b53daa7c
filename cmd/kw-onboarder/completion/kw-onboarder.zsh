#compdef kw-onboarder
# Completion of kw-onboarder for zsh. The program itself says what fits.
_kw_onboarder() {
    local line tab=$'\t'
    local -a said found
    said=("${(@f)$(${(Q)words[1]} __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    case $said[1] in
        files) _files; return ;;
        folders) _files -/; return ;;
    esac
    shift said
    for line in $said; do
        found+=("${${line%%$tab*}//:/\\:}:${line#*$tab}")
    done
    _describe 'kw-onboarder' found
}
if [ "$funcstack[1]" = "_kw-onboarder" ]; then
    _kw_onboarder "$@"
else
    compdef _kw_onboarder kw-onboarder
fi
