
# kubectl gives what is typed behind "kubectl zegel", the word to complete last, and reads a line for each way to go on, and at
# the end that no files are meant (:4).
[ $# -gt 0 ] || set -- ""
COMP_WORDS=(kubectl_zegel "$@")
COMP_CWORD=$#
word=${COMP_WORDS[COMP_CWORD]}
before=${COMP_WORDS[COMP_CWORD - 1]}
COMPREPLY=()
_kubectl_zegel kubectl_zegel "$word" "$before" 2>/dev/null

# What is asked for, and of which cluster.
asked= cluster=()
for ((at = 1; at < COMP_CWORD; at++)); do
  case ${COMP_WORDS[at]} in
    -n | --namespace | --context | --cluster | --user | --kubeconfig)
      cluster+=("${COMP_WORDS[at]}" "${COMP_WORDS[at + 1]}")
      at=$((at + 1))
      ;;
    --namespace=* | --context=* | --cluster=* | --user=* | --kubeconfig=*) cluster+=("${COMP_WORDS[at]}") ;;
    -*) ;;
    *) asked=${asked:-${COMP_WORDS[at]}} ;;
  esac
done

# The MailDomains, where a name may stand: not in the place of an option's value. Nobody waits long for a cluster.
case $asked:$word:$before in
  *:-*:*) ;;
  *:-q | *:--quiet | *:--full | *:--wait | *:--wait=* | status:*:[!-]* | refresh:*:[!-]* | check:*:[!-]*)
    case $asked in status | refresh | check)
      COMPREPLY=()
      while read -r name; do
        name=${name#*/}
        [[ $name == "$word"* ]] && COMPREPLY+=("$name")
      done < <(kubectl get maildomains.zegel.dev --output name --request-timeout 2s "${cluster[@]}" 2>/dev/null)
      ;;
    esac
    ;;
esac

# What stands in brackets is no word but says what is meant.
for one in "${COMPREPLY[@]}"; do
  case $one in
    '<'* | '['*) ;;
    *) printf '%s\n' "$one" ;;
  esac
done
echo :4
