"""What every page needs: rendering, forms, assets, safety."""
