#!/bin/sh
# Ask a Prefect server for a picture with nothing but curl, wait for it, and print its manifest in an artifact's JSON.
# PREFECT_API_URL names the server; PREFECT_API_AUTH_STRING is its user:password, if it asks for one.
set -eu
api="${PREFECT_API_URL:-http://127.0.0.1:4200/api}"
key="${1:-examples/port-at-dawn}"

# The password goes in by a pipe, where no list of processes shows it. 408, 429, 5xx and broken connections are tried
# again, which the idempotency key makes safe.
ask() {
  printf 'user = "%s"\n' "$(printf '%s' "${PREFECT_API_AUTH_STRING:-:}" | sed 's/[\\"]/\\&/g')" |
    curl --config - --silent --show-error --fail-with-body --retry 5 --retry-connrefused --max-time 60 \
      --header 'Content-Type: application/json' "$@"
}

# A record begins with its own id.
id_of() { printf '%s' "$1" | sed 's/^{"id":"\([^"]*\)".*/\1/'; }
state_of() { printf '%s' "$1" | sed 's/.*"state_type":"\([A-Z]*\)".*/\1/'; }

deployment=$(ask "$api/deployments/name/image/cpu")
run=$(ask "$api/deployments/$(id_of "$deployment")/create_flow_run" --data '{
  "idempotency_key": "'"$key"'",
  "parameters": {"brief": {"kind": "image", "prompt": "container port at dawn", "width_px": 320, "height_px": 240}}
}')
run_id=$(id_of "$run")
echo "run $run_id" >&2

while :; do
  run=$(ask "$api/flow_runs/$run_id")
  case "$(state_of "$run")" in
    COMPLETED) break ;;
    FAILED | CRASHED | CANCELLED) printf 'it ended as %s\n' "$(state_of "$run")" >&2; exit 1 ;;
  esac
  sleep 1
done

ask "$api/artifacts/filter" --data '{
  "artifacts": {"flow_run_id": {"any_": ["'"$run_id"'"]}, "type": {"any_": ["media-factory-manifest"]}},
  "sort": "CREATED_DESC", "limit": 1
}'
echo
