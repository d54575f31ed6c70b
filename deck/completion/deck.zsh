#compdef deck
# zsh completion of deck:  eval "$(deck completion zsh)"
_deck() {
    local -a found
    found=("${(@f)$(command deck completion -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n $found[1] ]]; then
        compadd -Q -- $found
    else
        _files
    fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _deck deck
