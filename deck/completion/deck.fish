# fish completion of deck:  deck completion fish | source
function __deck_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (command deck completion -- $words[2..] 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c deck -f -k -a '(__deck_complete)'
