package oracle

// What the product may do.
const (
	mode        = "sync"
	narrows     = true
	leaversText = `leavers:
  - who: [disabled, expired, gone]
    steps:
      - {after: 0h, do: suspend}
      - {after: 7d, do: revoke}
      - {after: 90d, do: delete, data_to: archive@elsewhere.example}
  - who: [unmatched]
    steps:
      - {after: 3d, do: revoke}
`
)
