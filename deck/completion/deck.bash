# bash completion of deck:  eval "$(deck completion bash)"
_deck() {
    local line=${COMP_LINE:0:COMP_POINT} words=() word
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word=${words[${#words[@]}-1]}
    # No compgen: it would expand what an archive holds. After a colon bash takes only the rest of the word.
    mapfile -t COMPREPLY < <(command deck completion -- "${words[@]:1}" 2>/dev/null)
    [[ $word == *:* && $COMP_WORDBREAKS == *:* ]] && COMPREPLY=("${COMPREPLY[@]#"${word%:*}:"}")
}
complete -o bashdefault -o default -F _deck deck
