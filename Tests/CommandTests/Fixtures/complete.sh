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
    mkdir -p "$script/fish/completions"
    qpool completions fish > "$script/fish/completions/qpool.fish"
    # Ids are asked for from a terminal alone: one of its own, in which keys are pressed.
    XDG_CONFIG_HOME=$script python3 - "$line" << 'KEYS' | sed 's/\x1b[\[(][0-9;?]*[a-zA-Z]//g' | tr -d '\r\007' | tr ' ' '\n'
import os, pty, select, sys, time
child, leader = pty.fork()
if child == 0:
    os.environ["TERM"] = "dumb"
    os.execvp("fish", ["fish", "--private", "-C", "function fish_prompt; end"])


def shown(seconds):
    text, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([leader], [], [], 0.1)[0]:
            try:
                text += os.read(leader, 65536)
            except OSError:
                break
    return text


shown(2)
os.write(leader, sys.argv[1].encode())
shown(1)
os.write(leader, b"\t")
sys.stdout.write(shown(3).decode(errors="replace"))
os.kill(child, 9)
KEYS
    ;;
esac
