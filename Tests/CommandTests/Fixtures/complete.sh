# SPDX-License-Identifier: Apache-2.0
# complete.sh SHELL LINE: what the shell offers at the end of the line, a word a line; exit status 127 where the
# shell is not on this machine. qpool is found on the path.
shell=$1
line=$2
command -v "$shell" > /dev/null || exit 127
script=$(mktemp -d)
trap 'rm -rf "$script"' EXIT
case $shell in
bash)
    qpool completions bash > "$script/qpool"
    COMP_LINE=$line bash -c '
        source "$1/qpool"
        read -ra COMP_WORDS <<< "$COMP_LINE"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMP_POINT=${#COMP_LINE}
        COMP_TYPE=9
        function_name=$(complete -p qpool | sed "s/.*-F \([^ ]*\) .*/\1/")
        "$function_name" qpool "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf "%s\n" "${COMPREPLY[@]}"' bash "$script" 2> /dev/null
    ;;
zsh)
    qpool completions zsh > "$script/_qpool"
    # A terminal of its own, in which keys are pressed.
    cat > "$script/keys" << 'KEYS'
zmodload zsh/zpty
zpty z "TERM=dumb zsh -f -i"
zpty -w z "PS1=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; unset zle_bracketed_paste; print rea\"\"dy"
zpty -r z text "*ready*"
sleep 1
zpty -w -n z "$2"
sleep 0.5
zpty -w -n z $'\t'
sleep 3
while zpty -r -t z text; do print -rn -- "$text"; done
zpty -d z
KEYS
    zsh -f "$script/keys" "$script" "$line" | tr -d '\r\007' | tr ' ' '\n'
    ;;
fish)
    mkdir -p "$script/completions"
    qpool completions fish > "$script/completions/qpool.fish"
    fish --no-config -c 'source $argv[1]/completions/qpool.fish; complete --do-complete $argv[2]' \
        "$script" "$line"
    ;;
esac
