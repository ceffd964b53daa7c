package app

import (
	"fmt"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
)

// NewLog makes the log of a daemon. Its level may be changed while it is written. Nothing is
// sampled: that would make holes in the audit trail. docs/logs.md lists the keys.
func NewLog(c config.Log, out zapcore.WriteSyncer) (*zap.Logger, *zap.AtomicLevel, error) {
	level, err := zap.ParseAtomicLevel(c.Level)
	if err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	encoder := zapcore.NewJSONEncoder(logKeys())
	if c.Format == "console" {
		encoder = zapcore.NewConsoleEncoder(logKeys())
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(out), level)), &level, nil
}

// logKeys are the keys and forms that log and audit file have in common: moments with their
// zone, durations in seconds.
func logKeys() zapcore.EncoderConfig {
	keys := zap.NewProductionEncoderConfig()
	keys.EncodeTime, keys.EncodeDuration = zapcore.RFC3339NanoTimeEncoder, zapcore.SecondsDurationEncoder
	return keys
}
