"""Publishing 审核发布: how a lesson's recording is reviewed, published, updated and withdrawn."""
