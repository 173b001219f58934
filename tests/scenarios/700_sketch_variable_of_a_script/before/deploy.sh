#!/usr/bin/env bash
set -euo pipefail

APP_NAME="shop"
REGION="${REGION:-eu-west-1}"
IMAGE_TAG="${1:-latest}"

deploy "$APP_NAME" "$REGION" "$IMAGE_TAG"
